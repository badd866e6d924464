from fractions import Fraction

import pytest

from planners.condition import Literal
from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, FunctionTerm
from planners.pddl.sections import MAX_OBJECTS
from planners.task import Task
from tests.planners.pddl.texts import GOAL, MOVE, read_yard, yard

COSTS = "(:functions (total-cost) (length ?a ?b - place) - number)"


def with_init(*facts: str) -> Task:
    task = yard(COSTS)
    return Task(domain=task.domain, problem=task.problem.replace("(free)", " ".join(facts)))


def with_objects(objects: str) -> Task:
    task = yard()
    return Task(domain=task.domain, problem=task.problem.replace("c1 c2 - crate", objects))


def test_a_problem_is_read_with_its_domain():
    task = read_yard()
    assert task.objects == {
        "dock": ("place",),
        "c1": ("crate",),
        "c2": ("crate",),
        "big": ("heavy",),
        "quay": ("place",),
    }
    assert task.constants == {"dock"}
    assert task.init == {Literal("at", ("c1", "dock")), Literal("free")}
    assert task.goal == Atom("at", ("c1", "quay"))
    assert task.objects_of(("crate",)) == ("c1", "c2", "big")
    assert task.warnings == ()


def test_numbers_are_read_exactly():
    task = read_task(with_init("(= (total-cost) 0)", "(= (length dock quay) 0.1)"))
    assert task.init_values == {
        FunctionTerm("total-cost"): 0,
        FunctionTerm("length", ("dock", "quay")): Fraction(1, 10),
    }


@pytest.mark.parametrize(
    ("fact", "kind", "message"),
    [
        ("(at c1 nowhere)", TaskSemanticError, "no object is called `nowhere`"),
        ("(at dock c1)", TaskSemanticError, "`dock` is of type place, expected crate"),
        ("(marked c1)", TaskSemanticError, "`c1` is of type crate, expected heavy"),
        ("(at c1)", TaskSemanticError, "`at` takes 2 arguments, found 1"),
        ("(flies)", TaskSemanticError, "no predicate is called `flies`"),
        ("(at ?c dock)", TaskSemanticError, "`?c` is not a parameter here"),
        ("(and (free))", TaskSyntaxError, "found `and`"),
        ("(= c1 c2)", TaskSemanticError, "no function is called `c1`"),
        ("(= (total-cost) (total-cost))", TaskSyntaxError, "expected a number"),
        ("(= (total-cost) c1)", TaskSyntaxError, "expected a number such as 5 or 0.25, found `c1`"),
        ("(= (total-cost) 1) (= (total-cost) 2)", TaskSemanticError, "given two values, 1 and 2"),
        ("(= (total-cost) 1e999999999)", TaskSyntaxError, "found `1e999999999`"),
        ("(= (length c1 dock) 1)", TaskSemanticError, "expected place"),
        ("(= (total-cost))", TaskSyntaxError, "gives a number"),
        ("(= (total-cost) " + "9" * 200 + ")", TaskTooLarge, "digits"),
        ("(at 5 (flies))", TaskSemanticError, "no predicate is called `flies`"),
        ("free", TaskSyntaxError, "in parentheses"),
        ("()", TaskSyntaxError, "expected an atom"),
        ("(not (at c1 dock))", TaskSemanticError, "both true and false"),
    ],
)
def test_what_is_wrong_in_init_is_named(fact, kind, message):
    with pytest.raises(kind) as caught:
        read_task(with_init(fact))
    assert caught.value.source == "problem"
    assert message in caught.value.message


def test_a_denied_atom_in_init_is_warned_of():
    task = read_task(with_init("(not (free))"))
    assert Literal("free") not in task.init
    assert "need not be denied" in task.warnings[0].message


def test_an_object_declared_again_is_counted_once():
    task = read_task(with_objects("c1 c1 c2 - crate"))
    assert list(task.objects) == ["dock", "c1", "c2", "big", "quay"]
    assert [warning.message for warning in task.warnings] == ["`c1` is declared twice"]


def test_a_constant_may_be_declared_again_as_an_object():
    task = read_task(with_objects("dock - place c1 c2 - crate"))
    assert task.objects["dock"] == ("place",)


@pytest.mark.parametrize("objects", ["c1 c2 - crate c1 - heavy", "c1 c2 - crate dock - crate"])
def test_an_object_declared_again_with_another_type_is_refused(objects):
    with pytest.raises(TaskSemanticError, match="and before as"):
        read_task(with_objects(objects))


def test_an_object_of_either_type_is_of_both():
    task = read_task(with_objects("c1 c2 - (either crate place)"))
    assert task.objects["c1"] == ("crate", "place")
    assert "c1" in task.objects_of(("crate",))
    assert "c1" in task.objects_of(("place",))


def test_names_may_begin_with_digits_and_repeat_those_of_types():
    task = read_task(with_objects("c1 c2 1a 22 crate - crate"))
    assert {"1a", "22", "crate"} <= set(task.objects)


def test_more_objects_than_are_allowed_are_refused():
    names = " ".join(f"x{number}" for number in range(MAX_OBJECTS + 1))
    with pytest.raises(TaskTooLarge, match="objects"):
        read_task(with_objects(f"{names} c1 c2 - crate"))


@pytest.mark.parametrize(
    ("goal", "kind", "message"),
    [
        ("", TaskSemanticError, "no `:goal`"),
        ("(:goal)", TaskSyntaxError, "expected one condition"),
        ("(:goal (free) (free))", TaskSyntaxError, "expected one condition"),
        ("(:goal free)", TaskSyntaxError, "in parentheses"),
        ("(:goal (at c1 c1))", TaskSemanticError, "expected place"),
        ("(:goal (at c1 ?p))", TaskSemanticError, "not a parameter here"),
        ("(:goal (free)) (:goal (free))", TaskSemanticError, "stands twice"),
        ("(:goal (not (preference p (free))))", TaskSyntaxError, "`preference` stands in `not`"),
    ],
)
def test_what_is_wrong_in_a_goal_is_named(goal, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(goal=goal)
    assert message in caught.value.message


def test_an_empty_pair_of_parentheses_is_a_goal_that_always_holds_with_a_warning():
    task = read_yard(goal="(:goal ())")
    assert task.goal == And()
    assert "always holds" in task.warnings[0].message


def test_a_problem_of_another_domain_is_read_with_a_warning():
    task = yard()
    other = Task(
        domain=task.domain, problem=task.problem.replace("(:domain yard)", "(:domain sea)")
    )
    assert "the problem is for `sea`" in read_task(other).warnings[0].message


def test_domain_and_problem_changed_over_are_told_apart():
    task = yard()
    with pytest.raises(TaskSyntaxError, match=r"expected `\(domain NAME\)`, found `problem`"):
        read_task(Task(domain=task.problem, problem=task.domain))


def test_a_problem_needs_no_objects_and_no_init():
    task = read_task(
        Task(
            domain=yard(MOVE).domain,
            problem=f"(define (problem q) (:domain yard) {GOAL.replace('at c1 quay', 'free')})",
        )
    )
    assert task.init == frozenset()
