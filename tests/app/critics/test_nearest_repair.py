"""The critic that offers the nearest repair: in words, and within bounds."""

import pytest

from app import offering
from app.critics.nearest_repair import NearestRepair
from app.modulo.critique import Critic, Critique, Opinion
from app.modulo.offer import Kind
from planners import Plan, Task, read_plan, verify
from planners.generators.blocksworld import generate


async def criticised(task: Task, plan: Plan) -> Critique:
    critic: Critic = NearestRepair()
    return await critic.criticise(task, plan, verify(task, plan))


@pytest.mark.parametrize(
    ("plan", "kind", "said"),
    [
        (
            "(go b c)",
            Kind.INSERT,
            "A way to go on, which need not lead to the goal: put (go a b) at the beginning.",
        ),
        (
            "(go a b)",
            Kind.INSERT,
            "A way to go on, which need not lead to the goal: put (go b c) behind step 1.",
        ),
        (
            "(go a a)(go a b)(go b c)",
            Kind.OMIT,
            "A way to go on, which need not lead to the goal: leave step 1 out.",
        ),
        (
            "(go a nowhere)(go b c)",
            Kind.REPLACE,
            "What can be executed in the place of step 1, and need not lead to the goal: "
            "(go a b); (go a c).",
        ),
    ],
)
async def test_the_nearest_change_is_offered(walk: Task, plan: str, kind: Kind, said: str) -> None:
    critique = await criticised(walk, read_plan(plan))
    assert (critique.hard, critique.opinion) == (False, Opinion.ABSTAIN)
    assert critique.offer is not None
    assert critique.offer.kind is kind
    assert critique.message == said
    assert critique.seconds > 0.0


async def test_nothing_is_offered_for_a_valid_plan(walk: Task, cheap: Plan) -> None:
    assert (await criticised(walk, cheap)).offer is None


async def test_nothing_is_offered_where_nothing_is_near() -> None:
    critique = await criticised(generate(12, 3), Plan(steps=()))
    assert critique.offer is None
    assert critique.message == "nothing near the failing step can be executed instead."


async def test_a_task_past_the_bound_gets_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MOST_PARTS", 10)
    critique = await criticised(generate(12, 3), read_plan("(stack b1 b2)"))
    assert critique.offer is None
    assert critique.message == "the task is too large to look for a repair."


async def test_nothing_is_offered_where_time_counts(clock: Task) -> None:
    assert (await criticised(clock, Plan(steps=()))).offer is None
