from fractions import Fraction

import pytest

from planners import (
    Interference,
    Invalid,
    Task,
    Valid,
    ViolatedConstraint,
    WrongTime,
    read_plan,
    verify,
)
from tests.planners.execution.lights import DOMAIN, SWITCHES, lights


def judged(plan: str, task: Task) -> Valid | Invalid:
    return verify(task, read_plan(plan))


def flaw(plan: str, task: Task) -> object:
    verdict = judged(plan, task)
    assert isinstance(verdict, Invalid)
    return verdict.flaw


def test_a_constraint_on_times_is_judged_by_the_time_stamps():
    task = lights(more="(:constraints (and (within 3 (rung))))")
    assert isinstance(judged("3: (ring)", task), Valid)
    late = ViolatedConstraint(index=0, constraint="(within 3 (rung))", time=Fraction(4))
    assert flaw("4: (ring)", task) == late


def test_a_preference_is_counted_and_the_plan_is_valid():
    more = """(:constraints (and (preference early (within 3 (rung)))
        (preference ever (sometime (rung))))) (:metric minimize (* 10 (is-violated early)))"""
    verdict = judged("4: (ring)", lights(more=more))
    assert isinstance(verdict, Valid)
    assert (verdict.violated, verdict.cost) == ((("early", 1),), Fraction(10))


def test_preferences_count_for_each_instance_and_for_each_step():
    verdict = judged("(flip a) (flip b)", SWITCHES)
    assert isinstance(verdict, Valid)
    assert verdict.violated == (("both", 2), ("eyes", 1))


def listening(wish: str, more: str = "") -> Task:
    """Let listening, which takes 1 to 3 and needs a ring before its end, wish for more."""
    condition = ":condition (at end (rung))"
    assert condition in DOMAIN
    wished = DOMAIN.replace(condition, f":condition (and {wish} (at end (rung)))")
    return Task(domain=wished, problem=lights(more=more).problem)


def missed(wish: str, plan: str, more: str = "") -> int:
    verdict = judged(plan, listening(wish, more))
    assert isinstance(verdict, Valid), verdict
    return dict(verdict.violated).get("p", 0)


@pytest.mark.parametrize(
    ("plan", "times"),
    [
        ("1: (ring)\n2: (listen) [2]", 0),
        ("1: (listen) [2]\n2: (ring)", 1),
        ("0: (listen) [3]\n1: (listen) [3]\n2: (ring)\n2.5: (listen) [3]", 2),
        ("1: (listen) [2]\n1: (ring)", 1),
        ("1: (ring)\n2: (listen) [2]\n2: (hush)\n3: (ring)", 0),
    ],
)
def test_a_preference_at_the_start_is_read_just_before_it_for_each_step(plan, times):
    assert missed("(preference p (at start (rung)))", plan) == times


@pytest.mark.parametrize(
    ("plan", "times"),
    [
        ("0: (listen) [2]\n1: (ring)", 1),
        ("0: (listen) [2]\n0.5: (listen) [2]\n1: (ring)", 1),
        ("0: (listen) [2]\n0: (listen) [2]\n1: (ring)", 2),
    ],
)
def test_a_preference_at_the_end_is_read_just_before_it_for_each_step(plan, times):
    assert missed("(preference p (at end (heard)))", plan) == times


@pytest.mark.parametrize(
    ("plan", "times"),
    [
        ("0: (light) [5]\n1: (ring)\n5: (listen) [2]", 0),
        ("0: (light) [5]\n1: (ring)\n4.9: (listen) [2]", 1),
        ("0: (listen) [2]\n1: (ring)\n2: (light) [5]", 0),
        ("0: (listen) [2]\n1: (ring)\n1.9: (light) [5]", 1),
        ("0: (listen) [2]\n0: (light) [5]\n1: (ring)", 1),
        ("0: (listen) [2]\n0.5: (listen) [3]\n1: (ring)\n1.5: (light) [5]", 2),
    ],
)
def test_a_preference_over_all_looks_at_the_states_between_start_and_end(plan, times):
    assert missed("(preference p (over all (not (lit))))", plan) == times


def test_a_preference_over_all_that_fails_again_and_again_counts_once_a_step():
    plan = "0: (listen) [3]\n1: (ring)\n1.5: (hush)\n2: (ring)\n2.5: (hush)\n2.7: (ring)"
    assert missed("(preference p (over all (not (rung))))", plan) == 1
    both = "(preference p (over all (not (rung)))) (preference p (over all (not (rung))))"
    assert missed(both, plan) == 2


def test_a_step_that_takes_no_time_meets_every_preference_over_all():
    task = listening("(preference p (over all (lit))) (preference p (at end (lit)))")
    bound = "(and (>= ?duration 1) (at end (<= ?duration (span))))"
    assert bound in task.domain
    anytime = Task(domain=task.domain.replace(bound, "()"), problem=task.problem)
    verdict = judged("1: (ring)\n2: (listen) [0]", anytime)
    assert isinstance(verdict, Valid)
    assert verdict.violated == (("p", 1),)


@pytest.mark.parametrize("time", ["at start", "over all", "at end"])
def test_preferences_of_durative_steps_count_for_each_object_and_in_the_metric(time):
    wish = f"(forall (?x) (preference p ({time} (day))))"
    more = "(:objects a b c) (:metric minimize (* 2 (is-violated p)))"
    verdict = judged("0: (listen) [2]\n1: (ring)", listening(wish, more))
    assert isinstance(verdict, Valid)
    assert (verdict.violated, verdict.cost) == ((("p", 3),), Fraction(6))


def test_a_preference_interferes_with_nothing():
    plan = "1: (ring)\n2: (listen) [2]\n2: (hush)\n2.5: (ring)\n4: (hush)"
    needed = listening("(at start (rung))")
    assert isinstance(flaw(plan.replace("4: (hush)", ""), needed), Interference)
    assert missed("(preference p (at start (rung)))", plan.replace("4: (hush)", "")) == 0


def test_a_constraint_below_a_quantifier_is_told_for_the_object_that_breaks_it():
    found = flaw("(flip a) (cut) (flip b) (flip a)", SWITCHES)
    assert found == ViolatedConstraint(index=3, constraint="(at-most-once (on a))")


def test_a_constraint_on_times_asks_for_time_stamps_in_a_task_without_time():
    problem = SWITCHES.problem.replace("(at-most-once", "(hold-after 5")
    task = Task(domain=SWITCHES.domain, problem=problem)
    assert isinstance(flaw("(flip a) (flip b)", task), WrongTime)
    assert isinstance(judged("1: (flip a)\n2: (flip b)", task), Valid)
