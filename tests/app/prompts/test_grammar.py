"""The grammar of a task lets through exactly the steps that its names and types allow."""

import re

import pytest

from app.prompts.grammar import plan_grammar
from planners.pddl import read_task
from planners.pddl.formula import And, Parameter
from planners.pddl.model import ActionSchema, AndEffect, LiftedTask
from planners.task import Task

_PART = re.compile(
    r'"(?P<literal>(?:[^"\\]|\\.)*)"|(?P<letters>\[\^\\\[\])|(?P<rule>[a-z][a-z0-9]*)|(?P<mark>[()|*])'
)
_ESCAPE = re.compile(r'\\(?:u([0-9A-F]{4})|U([0-9A-F]{8})|(n)|(["\\]))')


def recogniser(grammar: str) -> re.Pattern[str]:
    """Make a regular expression of a grammar; ours do not recurse, so that it can be."""
    rules = dict(line.split(" ::= ") for line in grammar.splitlines())

    def unescaped(match: re.Match[str]) -> str:
        four, eight, newline, itself = match.groups()
        return chr(int(four or eight, 16)) if four or eight else "\n" if newline else itself

    def expand(name: str) -> str:
        said, at = "", 0
        body = rules[name].replace(" ", "") if '"' not in rules[name] else rules[name]
        while at < len(body):
            if body[at] == " ":
                at += 1
                continue
            part = _PART.match(body, at)
            assert part is not None, body[at:]
            at = part.end()
            if part["literal"] is not None:
                said += "(?:" + re.escape(_ESCAPE.sub(unescaped, part["literal"])) + ")"
            elif part["letters"]:
                said += r"[^\[]"
            elif part["rule"]:
                said += "(?:" + expand(part["rule"]) + ")"
            else:
                said += part["mark"]
        return said

    return re.compile(expand("root"))


def accepts(grammar: str, answer: str) -> bool:
    return recogniser(grammar).fullmatch(answer) is not None


@pytest.mark.parametrize(
    "plan",
    [
        "",
        "(silence)\n",
        "(push cart hall attic)\n(load vase cart hall)\n",
        "(look vault)\n(look vase)\n",
    ],
)
def test_steps_of_the_right_names_and_types_are_let_through(museum: Task, plan: str) -> None:
    grammar = plan_grammar(read_task(museum), strict=True)
    assert accepts(grammar, plan)


@pytest.mark.parametrize(
    "plan",
    [
        "(silence)",
        "silence\n",
        "(dance)\n",
        "(silence cart)\n",
        "(seal)\n",
        "(seal cart)\n",
        "(seal vase )\n",
        "(seal  vase)\n",
        "(load vase cart nowhere)\n",
        "(look cart)\n",
        "Here it is:\n(silence)\n",
    ],
)
def test_anything_else_is_kept_out(museum: Task, plan: str) -> None:
    grammar = plan_grammar(read_task(museum), strict=True)
    assert not accepts(grammar, plan)


def test_a_model_may_think_before_the_plan(museum: Task) -> None:
    grammar = plan_grammar(read_task(museum))
    assert accepts(grammar, "First (why not?) the alarm.\n[PLAN]\n(silence)\n[PLAN END]")
    assert accepts(grammar, "[PLAN]\n[PLAN END]")
    assert not accepts(grammar, "First (why not?) the alarm.")
    assert not accepts(grammar, "[PLAN]\n(dance)\n[PLAN END]")
    assert not accepts(grammar, "[PLAN]\n(silence)\n[PLAN END] or so")


def test_untyped_objects_fit_everywhere(blocks: Task) -> None:
    grammar = plan_grammar(read_task(blocks), strict=True)
    assert accepts(grammar, "(unstack c a)\n(put-down c)\n(pick-up b)\n(stack b b)\n")
    assert not accepts(grammar, "(unstack c d)\n")


def _task(names: tuple[str, ...], action: str = "go", wanted: str = "object") -> LiftedTask:
    schema = ActionSchema(
        name=action,
        parameters=(Parameter("?x", (wanted,)),),
        precondition=And(),
        effect=AndEffect(),
    )
    return LiftedTask(
        domain_name="d",
        problem_name="p",
        types={"object": (), "place": ()},
        objects=dict.fromkeys(names, ("object",)),
        predicates={},
        actions={action: schema},
        init=frozenset(),
        goal=And(),
    )


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a|b", "[plan", "ü", chr(0x1D4B3), "x::=y", "#", "a\\n"]
)
def test_hostile_names_are_quoted(name: str) -> None:
    grammar = plan_grammar(_task((name, "other"), action=name), strict=True)
    assert accepts(grammar, f"({name} {name})\n({name} other)\n")
    assert not accepts(grammar, f"({name} nothing)\n")
    assert grammar.isascii()
    assert len(grammar.splitlines()) == grammar.count("::=") - 2 * name.count("::=")


def test_an_action_that_no_object_fits_is_left_out() -> None:
    lifted = _task(("a", "b"), wanted="place")
    assert accepts(plan_grammar(lifted, strict=True), "")
    assert not accepts(plan_grammar(lifted, strict=True), "(go a)\n")
    assert accepts(plan_grammar(lifted), "No step can be taken.\n[PLAN]\n[PLAN END]")


def test_the_grammar_grows_with_the_objects_and_no_faster() -> None:
    few = plan_grammar(_task(tuple(f"object{number:05}" for number in range(1_000))))
    many = plan_grammar(_task(tuple(f"object{number:05}" for number in range(4_000))))
    assert len(many) < 4 * len(few)
