"""The critic that sketches the rest of a plan: in words, and within bounds."""

import pytest

from app import offering
from app.critics.relaxed_plan import RelaxedPlan
from app.modulo.critique import Critic, Critique, Opinion
from app.modulo.offer import Kind
from planners import Plan, Task, read_plan, verify
from planners.generators.blocksworld import generate


async def criticised(task: Task, plan: Plan) -> Critique:
    critic: Critic = RelaxedPlan()
    return await critic.criticise(task, plan, verify(task, plan))


async def test_the_rest_of_a_plan_is_sketched_from_where_it_fails(walk: Task) -> None:
    critique = await criticised(walk, read_plan("(go a b)(go a c)"))
    assert (critique.hard, critique.opinion) == (False, Opinion.ABSTAIN)
    assert critique.offer is not None
    assert (critique.offer.kind, critique.offer.place) == (Kind.SKETCH, 1)
    assert critique.offer.steps == read_plan("(go b c)").steps
    assert critique.message == (
        "A sketch of the plan from step 2 on, made as if nothing were ever undone; steps may be "
        "missing and their order may be wrong: (go b c)."
    )


async def test_a_long_sketch_is_cut_and_says_so() -> None:
    critique = await criticised(generate(12, 3), Plan(steps=()))
    assert critique.offer is not None
    assert len(critique.offer.steps) == 12
    assert critique.offer.more > 0
    assert critique.message.endswith(f"; and {critique.offer.more} more.")
    assert critique.seconds > 0.0


async def test_nothing_is_sketched_for_a_valid_plan(walk: Task, cheap: Plan) -> None:
    assert (await criticised(walk, cheap)).offer is None


async def test_a_task_past_the_bound_gets_no_sketch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MOST_PARTS", 100)
    critique = await criticised(generate(12, 3), Plan(steps=()))
    assert critique.offer is None
    assert critique.message == "the task is too large to look for a sketch."


async def test_nothing_is_sketched_where_time_counts(clock: Task) -> None:
    assert (await criticised(clock, Plan(steps=()))).offer is None
