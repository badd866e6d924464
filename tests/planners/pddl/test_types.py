import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge
from planners.pddl import read_task
from planners.pddl.domain import MAX_TYPES
from planners.pddl.types import Hierarchy, cyclic
from planners.task import Task

ZOO = Hierarchy(
    {
        "object": (),
        "animal": ("object",),
        "bird": ("animal",),
        "fish": ("animal",),
        "toy": ("object",),
        "duck": ("bird", "toy"),
    }
)
PROBLEM = "(define (problem q) (:domain d) (:goal (and)))"


def types_of(section: str):
    return read_task(Task(domain=f"(define (domain d) {section})", problem=PROBLEM)).types


def test_an_object_fits_its_own_type_and_all_above():
    assert ZOO.object_fits(("duck",), ("animal",))
    assert ZOO.object_fits(("duck",), ("toy",))
    assert ZOO.object_fits(("fish",), ("object",))
    assert not ZOO.object_fits(("animal",), ("bird",))


def test_an_object_of_either_type_fits_both():
    assert ZOO.object_fits(("fish", "toy"), ("fish",))
    assert ZOO.object_fits(("fish", "toy"), ("toy",))


def test_a_variable_of_either_type_fits_only_what_stands_above_both():
    assert not ZOO.variable_fits(("fish", "toy"), ("fish",))
    assert ZOO.variable_fits(("fish", "bird"), ("animal",))
    assert ZOO.overlap(("fish", "toy"), ("fish",))
    assert not ZOO.overlap(("fish",), ("toy",))


def test_a_supertype_that_is_only_mentioned_is_declared():
    assert types_of("(:types a - b)") == {"object": (), "a": ("b",), "b": ("object",)}


def test_a_supertype_may_be_one_of_several():
    assert types_of("(:types a - (either b c))")["a"] == ("b", "c")


def test_object_may_be_declared_as_the_type_of_everything():
    assert types_of("(:types object a - object)") == {"object": (), "a": ("object",)}


def test_a_type_declared_again_keeps_its_place():
    assert types_of("(:types a - b a)")["a"] == ("b",)
    assert types_of("(:types a a - b)")["a"] == ("b",)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("(:types a - b b - a)", "stands above itself"),
        ("(:types a - a)", "stands above itself"),
        ("(:types a - b b - c c - a)", "stands above itself"),
        ("(:types object - thing)", "nothing stands above it"),
        ("(:types a - b a - c)", "below different types"),
    ],
)
def test_a_hierarchy_that_is_none_is_refused(section, message):
    with pytest.raises(TaskSemanticError, match=message):
        types_of(section)


@pytest.mark.parametrize("section", ["(:types a -)", "(:types - b)", "(:types a - (either))"])
def test_a_dash_stands_between_names_and_a_type(section):
    with pytest.raises(TaskSyntaxError):
        types_of(section)


def test_a_long_chain_of_types_needs_no_recursion():
    assert cyclic({f"t{n}": (f"t{n + 1}",) for n in range(50_000)} | {"t50000": ()}) is None


def test_more_types_than_are_allowed_are_refused():
    names = " ".join(f"t{number}" for number in range(MAX_TYPES + 1))
    with pytest.raises(TaskTooLarge):
        types_of(f"(:types {names})")


def test_a_wide_either_is_refused():
    names = " ".join(f"t{number}" for number in range(20))
    with pytest.raises(TaskTooLarge):
        types_of(f"(:types {names} a - (either {names}))")
