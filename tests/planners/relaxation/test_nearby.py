"""What is found near a failing step was executed, and is as near as it says."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planners import BoundReached, Invalid, Plan, Step, Task, Valid, read_plan, verify
from planners.execution.meter import Meter
from planners.generators.blocksworld import generate
from planners.pddl.formula import Or
from planners.pddl.writing import write_task
from planners.relaxation.nearby import Insertion, Nearby, Omission, Replacement, nearby
from tests.planners.random_plans import fitting_steps, mutants, walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import CLASSICAL, DERIVED, NUMERIC, Level

TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
brief = settings(max_examples=5, deadline=None, suppress_health_check=TOLERANT)
LEVELS = {"classical": CLASSICAL, "numeric": NUMERIC, "derived": DERIVED}

# c stands on a, b beside them; a is wanted on b.
BLOCKS = Task(
    domain=generate(3, 1).domain,
    problem="""(define (problem three) (:domain blocksworld) (:objects a b c)
      (:init (handempty) (ontable a) (ontable b) (on c a) (clear c) (clear b))
      (:goal (and (on a b) (ontable c))))""",
)


def near(task: Task, text: str) -> Nearby | None:
    plan = read_plan(text)
    verdict = verify(task, plan)
    assert isinstance(verdict, Invalid)
    return nearby(task, plan, verdict.executed, Meter())


def steps(text: str) -> tuple[Step, ...]:
    return read_plan(text).steps


def test_a_step_that_is_missing_is_found() -> None:
    found = near(BLOCKS, "(unstack c a)(pick-up a)(stack a b)")
    assert found == Insertion(steps("(put-down c)"))


def test_of_two_steps_the_one_is_taken_behind_which_more_of_the_plan_goes_on() -> None:
    # The block could be put on the table, too, and then it could not be taken from b.
    found = near(BLOCKS, "(unstack c a)(pick-up a)(put-down a)(unstack c b)")
    assert found == Insertion(steps("(stack c b)"))


def test_other_arguments_are_found_where_no_step_helps() -> None:
    found = near(BLOCKS, "(unstack b a)(put-down c)(pick-up a)(stack a b)")
    assert found == Replacement(steps("(unstack c a)"))


def test_a_step_too_many_is_left_out() -> None:
    found = near(BLOCKS, "(unstack c a)(put-down c)(put-down c)(pick-up a)(stack a b)")
    assert found == Omission(steps("(put-down c)")[0])


def test_two_steps_are_put_in_where_one_does_not_do() -> None:
    assert near(BLOCKS, "(pick-up a)") == Insertion(steps("(unstack c a)(put-down c)"))


def test_a_plan_that_stops_short_is_gone_on_with() -> None:
    assert near(BLOCKS, "(unstack c a)(put-down c)") == Insertion(steps("(pick-up a)(stack a b)"))
    assert near(BLOCKS, "(unstack c a)(put-down c)(pick-up a)") == Insertion(steps("(stack a b)"))


def test_what_is_too_far_off_is_not_found() -> None:
    assert near(BLOCKS, "") is None


def test_arguments_that_do_not_fit_are_replaced() -> None:
    found = near(BLOCKS, "(unstack c nobody)(put-down c)(pick-up a)(stack a b)")
    assert found == Replacement(steps("(unstack c a)"))
    found = near(BLOCKS, "(unstack c)(put-down c)(pick-up a)(stack a b)")
    assert found == Replacement(steps("(unstack c a)"))


def test_an_action_that_there_is_not_is_left_out_or_nothing() -> None:
    assert near(BLOCKS, "(fly c)") is None
    assert near(BLOCKS, "(fly c)(unstack c a)") == Omission(steps("(fly c)")[0])


def test_what_has_to_be_deleted_is_deleted() -> None:
    task = Task(
        domain="""(define (domain door) (:requirements :adl) (:predicates (shut) (in) (dark))
          (:action open :parameters () :effect (not (shut)))
          (:action enter :parameters () :precondition (and (not (shut)) (not (dark)))
            :effect (in))
          (:action light :parameters () :precondition (dark) :effect (not (dark))))""",
        problem="(define (problem one) (:domain door) (:init (shut)) (:goal (in)))",
    )
    assert near(task, "(enter)") == Insertion(steps("(open)"))
    both = replace(task, problem=task.problem.replace("(shut)", "(shut) (dark)"))
    assert near(both, "(enter)") == Insertion(steps("(light)(open)"))


def test_numbers_and_derived_facts_are_met_by_trying() -> None:
    task = Task(
        domain="""(define (domain tank) (:requirements :numeric-fluents :derived-predicates)
          (:predicates (wet) (moist) (gone)) (:functions (fuel))
          (:derived (moist) (wet))
          (:action fill :parameters () :effect (increase (fuel) 2))
          (:action pour :parameters () :effect (wet))
          (:action leave :parameters () :precondition (and (>= (fuel) 3) (moist))
            :effect (gone)))""",
        problem="""(define (problem one) (:domain tank) (:init (= (fuel) 2)) (:goal (gone)))""",
    )
    assert near(task, "(fill)(leave)") == Insertion(steps("(pour)"))
    assert near(task, "(pour)(leave)") == Insertion(steps("(fill)"))
    assert near(task, "(leave)") == Insertion(steps("(fill)(pour)"))


def test_nothing_is_looked_for_where_steps_take_time() -> None:
    task = Task(
        domain="""(define (domain clock) (:requirements :durative-actions) (:predicates (p) (q))
          (:durative-action go :parameters () :duration (= ?duration 1)
            :condition (at start (p)) :effect (at end (q))))""",
        problem="(define (problem one) (:domain clock) (:init) (:goal (q)))",
    )
    assert near(task, "1: (go) [1]") is None


def test_the_search_is_bounded() -> None:
    task = generate(12, 1)
    with pytest.raises(BoundReached):
        nearby(task, Plan(steps=steps("(stack b1 b2)")), 0, Meter(50))


def repaired(plan: Plan, executed: int, found: Nearby) -> list[tuple[Step, ...]]:
    """Give the plans that an offer says can be executed further, up to there."""
    kept, failing = plan.steps[:executed], plan.steps[executed : executed + 1]
    match found:
        case Insertion(new):
            return [(*kept, *new, *failing)]
        case Replacement(new):
            return [(*kept, step) for step in new]
        case Omission():
            return [(*kept, *plan.steps[executed + 1 : executed + 2])]


def assert_is_as_it_says(level: Level, data: st.DataObject) -> None:
    task = replace(data.draw(tasks(level)), constraints=())
    walk = data.draw(walks(task, longest=3))
    plan, written = data.draw(mutants(task, walk)), write_task(task)
    verdict = verify(written, plan)
    assume(isinstance(verdict, Invalid))
    assert isinstance(verdict, Invalid)
    found = nearby(written, plan, verdict.executed, Meter())
    endless = write_task(replace(task, goal=Or(())))
    fitting = fitting_steps(task)
    if found is None or not isinstance(found, Insertion) or len(found.steps) == 2:
        # No single step would have done: nearer comes first.
        failing = plan.steps[verdict.executed : verdict.executed + 1]
        for one in fitting if failing and isinstance(found, Replacement | None) else ():
            tried = (*plan.steps[: verdict.executed], one, *failing)
            reached = verify(endless, Plan(steps=tried))
            assert isinstance(reached, Invalid)
            assert reached.executed < len(tried), tried
    for steps_then in repaired(plan, verdict.executed, found) if found is not None else ():
        if verdict.executed == len(plan.steps):
            assert isinstance(verify(written, Plan(steps=steps_then)), Valid)
        else:
            reached = verify(endless, Plan(steps=steps_then))
            assert isinstance(reached, Invalid)
            assert reached.executed == len(steps_then), found


@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@brief
def test_what_is_found_for_random_plans_was_executed(level: str, data: st.DataObject) -> None:
    assert_is_as_it_says(LEVELS[level], data)


@pytest.mark.sweep
@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@settings(brief, max_examples=60)
def test_what_is_found_for_many_random_plans_was_executed(level: str, data: st.DataObject) -> None:
    assert_is_as_it_says(LEVELS[level], data)
