"""Blocksworld is recognised by structure; everything else is refused by name."""

import re

import pytest

from app.apprentice.recognition import NotTaught, recognise
from planners import Task
from planners.domains import domain_text
from planners.generators.blocksworld import generate

BLOCKSWORLD = domain_text("blocksworld")

PROBLEM = """
(define (problem p) (:domain blocksworld)
  (:objects a b c)
  (:init (handempty) (ontable a) (on b a) (clear b) (ontable c) (clear c))
  (:goal (and (on a c) (clear a))))
"""

DECEPTIVE = {
    "on": "craves",
    "ontable": "planet",
    "clear": "province",
    "handempty": "harmony",
    "holding": "pain",
    "pick-up": "attack",
    "put-down": "succumb",
    "stack": "overcome",
    "unstack": "feast",
}


def reworded(text: str, names: dict[str, str]) -> str:
    return re.sub(r"[^\s()]+", lambda word: names.get(word.group(), word.group()), text)


def task(*, domain: str = BLOCKSWORLD, problem: str = PROBLEM) -> Task:
    return Task(domain=domain, problem=problem)


def test_the_shipped_domain_is_recognised_under_its_own_names():
    scene = recognise(task())
    assert scene.towers == (("a", "b"), ("c",))
    assert scene.wanted_on == (("a", "c"),)
    assert scene.wanted_clear == {"a"}
    assert scene.names.actions == {name: name for name in scene.names.actions}


def test_blocksworld_under_deceptive_names_is_recognised():
    scene = recognise(
        task(domain=reworded(BLOCKSWORLD, DECEPTIVE), problem=reworded(PROBLEM, DECEPTIVE))
    )
    assert scene.towers == (("a", "b"), ("c",))
    assert scene.names.actions["feast"] == "unstack"
    assert scene.names.predicates["harmony"] == "handempty"


def test_typed_blocks_are_blocks():
    domain = BLOCKSWORLD.replace("(:predicates", "(:types block)\n(:predicates")
    domain = re.sub(r":parameters \(([^)]*)\)", r":parameters (\1 - block)", domain)
    problem = PROBLEM.replace("a b c)", "a b c - block)", 1)
    assert recognise(task(domain=domain, problem=problem)).towers == (("a", "b"), ("c",))


def test_a_domain_that_names_the_lower_block_first_is_recognised():
    domain = BLOCKSWORLD.replace("(on ?above ?below)", "(on ?below ?above)")
    problem = PROBLEM.replace("(on b a)", "(on a b)").replace("(on a c)", "(on c a)")
    scene = recognise(task(domain=domain, problem=problem))
    assert scene.names.upside_down
    assert scene.towers == (("a", "b"), ("c",))
    assert scene.wanted_on == (("a", "c"),)


def test_a_needless_condition_that_two_blocks_differ_does_not_matter():
    domain = BLOCKSWORLD.replace(
        "(and (holding ?above) (clear ?below))",
        "(and (holding ?above) (clear ?below) (not (= ?above ?below)))",
    ).replace(":strips)", ":strips :equality :negative-preconditions)")
    assert recognise(task(domain=domain)).towers == (("a", "b"), ("c",))


def test_published_blocksworld_and_its_renamings_are_recognised(shared_data):
    for name in ("blocksworld", "mystery_blocksworld", "obfuscated_randomized_blocksworld"):
        folder = shared_data / "planbench" / "instances" / name
        problems = sorted(file for file in folder.glob("*.pddl") if file.name != "domain.pddl")
        for file in problems[:2]:
            found = recognise(
                task(domain=(folder / "domain.pddl").read_text(), problem=file.read_text())
            )
            assert sum(map(len, found.towers)) >= 4


@pytest.mark.parametrize("name", ["logistics", "depots", "sokoban"])
def test_other_published_domains_are_refused(shared_data, name):
    folder = shared_data / "planbench" / "instances" / name
    problem = next(file for file in sorted(folder.glob("*.pddl")) if file.name != "domain.pddl")
    with pytest.raises(NotTaught, match="another domain"):
        recognise(task(domain=(folder / "domain.pddl").read_text(), problem=problem.read_text()))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("(handempty) (ontable a)", "(handempty)", "towers"),
        ("(clear b) ", "", "towers"),
        ("(handempty) (ontable a) (on b a) (clear b)", "(holding b) (ontable a) (clear a)", "hand"),
        ("(on a c) (clear a)", "(holding a)", "asks for"),
        ("(on a c) (clear a)", "(handempty)", "no place"),
        ("(and (on a c) (clear a))", "(or (on a c) (clear a))", "more than a list"),
    ],
    ids=["floating", "not clear", "held", "to hold", "no place", "choice"],
)
def test_a_task_of_an_untaught_kind_is_refused(old, new, why):
    domain = BLOCKSWORLD.replace(":strips)", ":strips :disjunctive-preconditions)")
    assert old in PROBLEM
    with pytest.raises(NotTaught, match=why):
        recognise(task(domain=domain, problem=PROBLEM.replace(old, new)))


def test_an_effect_too_few_makes_another_domain():
    with pytest.raises(NotTaught, match="another domain"):
        recognise(task(domain=BLOCKSWORLD.replace("(not (holding ?above)) ", "")))


def test_more_blocks_than_taught_are_refused():
    assert recognise(generate(15, 1)).towers
    with pytest.raises(NotTaught, match="16 blocks"):
        recognise(generate(16, 1))
