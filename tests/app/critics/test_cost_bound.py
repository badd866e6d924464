"""A bound on the cost keeps dear plans from being accepted."""

from fractions import Fraction

import pytest

from app.critics.cost_bound import CostBound
from app.modulo.critique import Critic, Opinion
from planners import Plan, Task, verify


@pytest.mark.parametrize("bound", [Fraction(5, 2), Fraction(3)])
async def test_a_plan_within_the_bound_is_accepted(
    walk: Task, cheap: Plan, bound: Fraction
) -> None:
    critic: Critic = CostBound(bound)
    critique = await critic.criticise(walk, cheap, verify(walk, cheap))
    assert critique.hard
    assert critique.opinion is Opinion.ACCEPT
    assert critique.score == -2.5


async def test_a_dearer_plan_is_rejected_with_cost_and_bound(walk: Task, dear: Plan) -> None:
    critique = await CostBound(Fraction(5, 2)).criticise(walk, dear, verify(walk, dear))
    assert critique.opinion is Opinion.REJECT
    assert critique.message == "the plan costs 4; it must cost at most 2.5."


async def test_an_invalid_plan_has_no_cost_to_judge(walk: Task, wrong: Plan) -> None:
    critique = await CostBound(Fraction(9)).criticise(walk, wrong, verify(walk, wrong))
    assert critique.opinion is Opinion.ABSTAIN
