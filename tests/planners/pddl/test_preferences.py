import time

import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Forall, Not, Or, Parameter
from planners.pddl.model import ActionSchema, LiftedTask, Preference, StepPreference, Trajectory
from planners.pddl.writing import write_task
from planners.task import Task
from tests.planners.pddl.texts import MOVE, read_yard, with_effect, with_precondition, yard

FREE = Atom("free")
CRATE = Parameter("?k", ("crate",))


def read_goal(goal: str) -> LiftedTask:
    return read_yard(goal=f"(:goal {goal})")


def read_act(condition: str) -> ActionSchema:
    return read_yard(with_precondition(condition)).actions["act"]


def wish(name: str, formula, *parameters: Parameter) -> Preference:
    return Preference(name, Trajectory("at-end", (formula,), (), parameters))


@pytest.mark.parametrize(
    ("goal", "needed", "preferences"),
    [
        ("(preference p (free))", And(), (wish("p", FREE),)),
        ("(preference (free))", And(), (wish("anonymous", FREE),)),
        (
            "(and (free) (preference p (or (free) (at c1 dock))) (at c2 quay))",
            And((FREE, Atom("at", ("c2", "quay")))),
            (wish("p", Or((FREE, Atom("at", ("c1", "dock"))))),),
        ),
        (
            "(and (preference p (free)) (and (preference p (not (free))) (and (free))))",
            And((FREE,)),
            (wish("p", FREE), wish("p", Not(FREE))),
        ),
        (
            "(forall (?k - crate) (preference p (at ?k dock)))",
            And(),
            (wish("p", Atom("at", ("?k", "dock")), CRATE),),
        ),
        (
            """(and (free) (forall (?k - crate) (and (at ?k quay) (forall (?p - place)
                (preference p (at ?k ?p))))))""",
            And((FREE, Forall((CRATE,), Atom("at", ("?k", "quay"))))),
            (wish("p", Atom("at", ("?k", "?p")), CRATE, Parameter("?p", ("place",))),),
        ),
    ],
)
def test_preferences_are_told_apart_from_the_goal(goal, needed, preferences):
    task = read_goal(goal)
    assert task.goal == needed
    assert task.preferences == preferences


def test_a_goal_without_preferences_is_read_as_it_stands():
    task = read_goal("(and (and (free)))")
    assert (task.goal, task.preferences) == (And((And((FREE,)),)), ())


def test_an_outer_variable_that_an_inner_one_hides_still_counts():
    task = read_goal("(forall (?k - place) (forall (?k - crate) (preference p (at ?k dock))))")
    (preference,) = task.preferences
    outer, inner = preference.condition.parameters
    assert (outer.types, inner) == (("place",), CRATE)
    assert outer.name != inner.name


def test_preferences_are_told_apart_from_a_precondition():
    schema = read_act(
        "(and (free) (preference p (at ?c ?p)) (forall (?k - crate) (preference q (at ?k ?p))))"
    )
    assert schema.precondition == And((FREE,))
    assert schema.preferences == (
        StepPreference("p", Atom("at", ("?c", "?p"))),
        StepPreference("q", Atom("at", ("?k", "?p")), (CRATE,)),
    )


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ("(or (free) (preference p (free)))", "`preference` stands in `or`"),
        ("(not (preference p (free)))", "`preference` stands in `not`"),
        ("(imply (free) (preference p (free)))", "`preference` stands in `imply`"),
        ("(exists (?k - crate) (preference p (free)))", "`preference` stands in `exists`"),
        ("(and (forall (?k) (or (preference p (free)))))", "`preference` stands in `or`"),
        ("(preference p (and (preference q (free))))", "inside a preference"),
        ("(preference p)", "expected `(preference NAME CONDITION)`"),
        ("(preference)", "expected `(preference NAME CONDITION)`"),
        ("(preference p (free) (free))", "expected `(preference NAME CONDITION)`"),
        ("(preference ?p (free))", "expected the name of a preference, found `?p`"),
        ("(forall (?k - crate) (preference p (free)) (free))", "joins 2 parts, found 3"),
        ("((preference p (free)))", "found `(preference …)`"),
    ],
)
def test_a_preference_out_of_place_is_named_with_its_place(goal, message):
    with pytest.raises(TaskSyntaxError) as caught:
        read_goal(f"\n{goal}")
    assert (caught.value.source, caught.value.line) == ("problem", 6)
    assert message in caught.value.message


def test_the_place_of_an_error_is_that_of_the_preference():
    with pytest.raises(TaskSyntaxError) as caught:
        read_goal("(and (free)\n   (not (preference p (free))))")
    assert (caught.value.line, caught.value.column) == (6, 10)


def test_a_preference_in_the_condition_of_an_effect_is_an_error():
    with pytest.raises(TaskSyntaxError, match="`preference` stands in `and` and `forall` of"):
        read_yard(with_effect("(when (preference p (free)) (free))"))


def test_what_a_preference_says_is_checked_like_the_condition_around_it():
    with pytest.raises(TaskSemanticError, match="no predicate is called `flies`"):
        read_goal("(preference p (flies))")


def test_a_predicate_may_be_called_preference():
    domain = "(define (domain d) (:predicates (preference ?x)))"
    problem = "(define (problem q) (:domain d) (:objects o) (:goal (not (preference o))))"
    task = read_task(Task(domain=domain, problem=problem))
    assert (task.goal, task.preferences) == (Not(Atom("preference", ("o",))), ())


def test_the_requirement_of_preferences_is_warned_of_when_missing():
    warnings = " ".join(map(str, read_goal("(preference p (free))").warnings))
    assert "needs :preferences" in warnings


@pytest.mark.parametrize(
    ("domain", "goal"),
    [
        (MOVE, "(preference (free))"),
        (MOVE, "(and (preference q (at c1 quay)) (at c1 dock) (preference q (free)))"),
        (MOVE, "(forall (?k - crate) (and (free) (preference p (and (at ?k dock)))))"),
        (with_precondition("(preference p (free))"), "(free)"),
        (
            with_precondition(
                "(and (not (free)) (forall (?c - place) (forall (?c) (preference (at ?c ?p)))))"
            ),
            "(and (free))",
        ),
    ],
)
def test_preferences_are_written_so_that_they_read_the_same(domain, goal):
    task = read_task(yard(domain, goal=f"(:goal {goal})"))
    written = write_task(task)
    assert read_task(written) == task
    assert write_task(read_task(written)) == written


def test_many_preferences_below_many_quantifiers_are_read_in_bounded_time():
    wishes = "(preference (free))" * 20_000
    goal = "(forall (?k - crate) " * 80 + f"(and {wishes})" + ")" * 80
    before = time.process_time()
    assert len(read_goal(goal).preferences) == 20_000
    assert time.process_time() - before < 10
