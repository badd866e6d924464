"""How far plans are from each other, held against a slow count."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners import BoundReached, Plan, Step, read_plan
from planners.repair.distance import MOST_STEPS, distance, kept

PLANS = st.lists(st.sampled_from("abcd"), max_size=12).map(
    lambda names: Plan(steps=tuple(Step(action=name) for name in names))
)


def counted(plan: Plan, start: Plan) -> int:
    """Count insertions and deletions the plain way."""

    @cache
    def behind(i: int, j: int) -> int:
        if i == len(plan.steps) or j == len(start.steps):
            return len(plan.steps) - i + len(start.steps) - j
        if plan.steps[i] == start.steps[j]:
            return behind(i + 1, j + 1)
        return 1 + min(behind(i + 1, j), behind(i, j + 1))

    return behind(0, 0)


@given(PLANS, PLANS)
def test_the_distance_is_the_least_number_of_insertions_and_deletions(plan, start):
    assert distance(plan, start) == counted(plan, start) == distance(start, plan)


@given(PLANS, PLANS)
def test_the_distance_is_zero_for_the_same_steps_alone(plan, start):
    assert (distance(plan, start) == 0) == (plan == start)


@given(PLANS, PLANS)
def test_a_plan_has_at_least_the_kept_steps_in_common_whatever_their_order(plan, start):
    in_order = (len(plan.steps) + len(start.steps) - distance(plan, start)) // 2
    assert kept(plan, start) * len(start.steps) >= in_order
    assert 0 <= kept(plan, start) <= 1


def test_a_step_that_stands_elsewhere_is_kept_and_counts_twice_in_the_distance():
    plan, start = read_plan("(b)\n(a x)\n(c)"), read_plan("(a x)\n(b)\n(c)")
    assert distance(plan, start) == 2
    assert kept(plan, start) == 1


def test_a_step_is_kept_as_often_as_it_still_occurs():
    assert kept(read_plan("(a)\n(b)"), read_plan("(a)\n(a)\n(b)\n(c)")) == Fraction(1, 2)


def test_time_stamps_and_durations_do_not_count():
    assert distance(read_plan("0.5: (a) [2]"), read_plan("(a)")) == 0
    assert kept(read_plan("0.5: (a) [2]"), read_plan("(a)")) == 1


def test_of_a_plan_without_steps_all_is_kept():
    assert kept(read_plan("(a)"), Plan(steps=())) == 1


def test_plans_past_the_bound_are_not_compared():
    long = Plan(steps=(Step(action="a"),) * (MOST_STEPS + 1))
    with pytest.raises(BoundReached):
        distance(long, Plan(steps=()))
