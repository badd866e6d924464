from fractions import Fraction

import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError, UnsupportedTask
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Exists, Forall, Not, Parameter
from planners.pddl.model import LiftedTask, Preference, Trajectory
from planners.pddl.trajectories import SHAPES
from planners.pddl.writing import write_task
from planners.task import Task
from tests.planners.pddl.texts import MOVE, read_yard, yard

FREE, AT_DOCK = Atom("free"), Atom("at", ("c1", "dock"))
CRATE = Parameter("?k", ("crate",))
K_AT_DOCK = Atom("at", ("?k", "dock"))


def read(constraints: str) -> LiftedTask:
    return read_yard(problem=f"  (:constraints {constraints})")


@pytest.mark.parametrize(
    ("written", "trajectory"),
    [
        ("(at end (free))", Trajectory("at-end", (FREE,))),
        ("(always (not (free)))", Trajectory("always", (Not(FREE),))),
        ("(sometime (free))", Trajectory("sometime", (FREE,))),
        ("(at-most-once (free))", Trajectory("at-most-once", (FREE,))),
        ("(sometime-after (free) (at c1 dock))", Trajectory("sometime-after", (FREE, AT_DOCK))),
        ("(sometime-before (free) (at c1 dock))", Trajectory("sometime-before", (FREE, AT_DOCK))),
        ("(within 2.5 (free))", Trajectory("within", (FREE,), (Fraction(5, 2),))),
        (
            "(always-within 3 (free) (at c1 dock))",
            Trajectory("always-within", (FREE, AT_DOCK), (Fraction(3),)),
        ),
        (
            "(hold-during 0 4 (free))",
            Trajectory("hold-during", (FREE,), (Fraction(0), Fraction(4))),
        ),
        ("(hold-after 10 (free))", Trajectory("hold-after", (FREE,), (Fraction(10),))),
    ],
)
def test_each_kind_of_constraint_is_read(written, trajectory):
    assert read(written).constraints == (trajectory,)
    assert read(f"(and {written} (and) {written})").constraints == (trajectory, trajectory)
    assert read(f"(preference p {written})").preferences == (Preference("p", trajectory),)


@pytest.mark.parametrize("empty", ["", "()", "(and)"])
def test_there_may_be_no_constraints(empty):
    task = read(empty)
    assert (task.constraints, task.preferences) == ((), ())


def test_several_constraints_without_and_are_all_meant_with_a_warning():
    task = read("(sometime (free)) (always (free))")
    assert [each.kind for each in task.constraints] == ["sometime", "always"]
    assert "several constraints" in " ".join(map(str, task.warnings))


def test_quantified_constraints_keep_their_variables():
    task = read(
        """(forall (?k - crate) (and (sometime (at ?k dock))
            (forall (?q - place) (preference p (at-most-once (at ?k ?q))))))"""
    )
    assert task.constraints == (Trajectory("sometime", (K_AT_DOCK,), (), (CRATE,)),)
    place = Parameter("?q", ("place",))
    once = Trajectory("at-most-once", (Atom("at", ("?k", "?q")),), (), (CRATE, place))
    assert task.preferences == (Preference("p", once),)


def test_constraints_of_the_domain_join_those_of_the_problem():
    task = read_yard(
        MOVE + "(:constraints (and (always (free)) (preference d (sometime (free)))))",
        goal="(:goal (and (preference g (free))))",
        problem="(:constraints (and (preference p (always (free))) (sometime (free))))",
    )
    assert [each.kind for each in task.constraints] == ["always", "sometime"]
    assert [each.name for each in task.preferences] == ["g", "d", "p"]


@pytest.mark.parametrize(
    ("written", "trajectory"),
    [
        (
            "(forall (?k - crate) (always (at ?k dock)))",
            Trajectory("always", (Forall((CRATE,), K_AT_DOCK),)),
        ),
        (
            "(and (at end (free)) (at end (at c1 dock)))",
            Trajectory("at-end", (And((FREE, AT_DOCK)),)),
        ),
        (
            "(and (hold-after 3 (free)) (hold-after 3 (at c1 dock)))",
            Trajectory("hold-after", (And((FREE, AT_DOCK)),), (Fraction(3),)),
        ),
        ("(and (sometime (free)))", Trajectory("sometime", (FREE,))),
        ("(and)", Trajectory("at-end", (And(),))),
    ],
)
def test_one_preference_for_several_constraints_counts_once_where_they_are_one(written, trajectory):
    assert read(f"(preference p {written})").preferences == (Preference("p", trajectory),)


@pytest.mark.parametrize(
    "written",
    [
        "(forall (?k - crate) (sometime (at ?k dock)))",
        "(and (sometime (free)) (sometime (at c1 dock)))",
        "(and (always (free)) (sometime (free)))",
        "(and (hold-after 3 (free)) (hold-after 4 (free)))",
    ],
)
def test_one_preference_for_constraints_that_are_not_one_is_refused_by_name(written):
    with pytest.raises(UnsupportedTask, match="one preference for several constraints"):
        read(f"(preference p {written})")


@pytest.mark.parametrize("inner", [*SHAPES, "at end"])
@pytest.mark.parametrize("outer", ["(always {})", "(sometime-after (free) (and (not {})))"])
def test_nested_kinds_are_refused_by_name(outer, inner):
    with pytest.raises(UnsupportedTask) as caught:
        read(outer.format(f"({inner} (free))"))
    assert f"`{inner.split(' ', maxsplit=1)[0]}` inside `" in caught.value.message


@pytest.mark.parametrize(
    ("written", "kind", "message"),
    [
        ("(free)", TaskSyntaxError, "expected a constraint"),
        ("(not (always (free)))", TaskSyntaxError, "found `(not …)`"),
        ("(or (always (free)) (always (free)))", TaskSyntaxError, "found `(or …)`"),
        ("(exists (?k) (always (free)))", TaskSyntaxError, "found `(exists …)`"),
        ("(at start (free))", TaskSyntaxError, "found `(at …)`"),
        ("(always)", TaskSyntaxError, "expected `(always CONDITION)`, found 0 parts"),
        ("(always (free) (free))", TaskSyntaxError, "found 2 parts"),
        ("(at end)", TaskSyntaxError, "expected `(at end CONDITION)`, found 0 parts"),
        ("(within (free))", TaskSyntaxError, "expected `(within TIME CONDITION)`"),
        ("(within soon (free))", TaskSyntaxError, "expected a number"),
        ("(within -1 (free))", TaskSemanticError, "a time of at least 0, found `-1`"),
        ("(hold-during 5 4 (free))", TaskSemanticError, "no earlier than 5, found `4`"),
        ("(sometime-before (free))", TaskSyntaxError, "CONDITION CONDITION)`, found 1 parts"),
        ("(forall (?k - crate))", TaskSyntaxError, "joins 2 parts, found 1"),
        ("(forall (?k - boat) (always (free)))", TaskSemanticError, "no type is called `boat`"),
        ("(always (preference p (free)))", TaskSyntaxError, "stands in `always`"),
        ("(preference p (preference q (always (free))))", TaskSyntaxError, "inside a preference"),
        ("(preference p (free))", TaskSyntaxError, "expected a constraint"),
        ("(always (flies))", TaskSemanticError, "no predicate is called `flies`"),
        ("(always (at dock dock))", TaskSemanticError, "is of type place"),
        ("always", TaskSyntaxError, "in parentheses, found `always`"),
        ("((always (free)))", TaskSyntaxError, "found `(always …)`"),
    ],
)
def test_what_is_wrong_in_constraints_is_named_with_its_place(written, kind, message):
    with pytest.raises(kind) as caught:
        read(f"\n{written}")
    assert (caught.value.source, caught.value.line) == ("problem", 7)
    assert message in caught.value.message


@pytest.mark.parametrize("written", ["(always (free))", "(over all (free))", "(within 5 (free))"])
def test_a_constraint_in_a_goal_is_an_error(written):
    with pytest.raises(TaskSyntaxError, match="not here"):
        read_yard(goal=f"(:goal {written})")


def test_a_predicate_may_be_called_like_a_kind_of_constraint():
    domain = "(define (domain d) (:predicates (always ?x) (sometime ?x)))"
    problem = """(define (problem q) (:domain d) (:objects o) (:goal (and))
        (:constraints (always (exists (?x) (sometime ?x)))))"""
    (constraint,) = read_task(Task(domain=domain, problem=problem)).constraints
    body = Exists((Parameter("?x"),), Atom("sometime", ("?x",)))
    assert constraint == Trajectory("always", (body,))


def test_missing_requirements_of_constraints_are_warned_of():
    warnings = " ".join(map(str, read("(preference p (always (free)))").warnings))
    assert "needs :constraints" in warnings
    assert "needs :preferences" in warnings


@pytest.mark.parametrize("goal", ["(free)", "(and (free))", "(preference g (free))"])
@pytest.mark.parametrize(
    "constraints",
    [
        "(and)",
        "(preference p (at end (free)))",
        """(and (preference p (at end (free))) (sometime (free)) (preference (always (free)))
            (preference p (at end (not (free)))) (hold-during 0.5 2 (and (free))))""",
        """(forall (?k - crate) (and (always-within 3 (free) (at ?k dock))
            (forall (?k - place) (preference q (within 1 (at c1 ?k))))))""",
        "(preference p (forall (?k - crate) (always (at ?k dock))))",
    ],
)
def test_constraints_are_written_so_that_they_read_the_same(goal, constraints):
    task = read_task(yard(goal=f"(:goal {goal})", problem=f"(:constraints {constraints})"))
    written = write_task(task)
    assert read_task(written) == task
    assert write_task(read_task(written)) == written
