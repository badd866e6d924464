"""The task behind the longest executable prefix, and plans that go on from there."""

import pytest
from hypothesis import given, settings

from planners import Invalid, Plan, Task, Valid, read_plan, verify
from planners.engines.engine import GaveUp, ProvenUnsolvable, Refused
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.repair.completion import task_behind
from planners.repair.ways import Way
from tests.planners.random_plans import fitting_steps, walks
from tests.planners.repair.mending import Replayed, mended, needs, solved_task, valid_plan

BLOCKS = generate(4, 1)
MODEL = read_task(BLOCKS)


@settings(max_examples=25, deadline=None)
@given(plan=walks(MODEL), rest=walks(MODEL))
def test_the_rest_of_a_plan_gets_the_same_verdict_in_the_task_behind_the_prefix(plan, rest):
    verdict = verify(BLOCKS, plan)
    if isinstance(verdict, Valid):
        return
    whole = verify(BLOCKS, Plan(steps=plan.steps + rest.steps))
    behind = verify(task_behind(BLOCKS, verdict), rest)
    assert isinstance(whole, Valid) == isinstance(behind, Valid)
    if isinstance(whole, Invalid):
        assert isinstance(behind, Invalid)
        assert whole.executed == len(plan.steps) + behind.executed
        assert whole.state == behind.state


@pytest.mark.parametrize("name", ["tanker", "harbour", "network"])
def test_numbers_costs_and_derived_atoms_are_as_they_are_behind_the_prefix(name):
    task = solved_task(name)
    verdict = verify(task, first_steps(task, 2))
    assert verdict.executed == 2
    behind = verify(task_behind(task, verdict), Plan(steps=()))
    assert behind.state == verdict.state
    kept = [value for value in verdict.values if value[0] != "(total-cost)"]
    assert [value for value in behind.values if value[0] != "(total-cost)"] == kept


async def test_the_prefix_that_can_be_executed_stays_and_what_comes_behind_it_goes():
    needs("fast-downward")
    begun = first_steps(BLOCKS, 2)
    flawed = Plan(steps=(*begun.steps, *read_plan("(pick-up b99)\n(fly)").steps))
    made = await valid_plan(Way.COMPLETE, BLOCKS, flawed)
    assert made.steps[:2] == begun.steps
    assert not set(flawed.steps[2:]) & set(made.steps)


async def test_that_the_goal_is_out_of_reach_behind_the_prefix_proves_nothing():
    engine = Replayed(ProvenUnsolvable(), GaveUp("bored"))
    report = await mended(Way.COMPLETE, BLOCKS, first_steps(BLOCKS, 1), [engine])
    assert report.result == GaveUp("bored")
    assert engine.orders[0].task != BLOCKS
    assert engine.orders[1].task == BLOCKS
    assert "cannot be reached" in report.notes[0]


async def test_where_no_step_can_be_executed_a_plan_is_made_from_scratch():
    engine = Replayed(ProvenUnsolvable())
    report = await mended(Way.COMPLETE, BLOCKS, read_plan("(fly)"), [engine])
    assert report.result == ProvenUnsolvable()
    assert [order.task for order in engine.orders] == [BLOCKS]
    assert "not even the first step" in report.notes[0]


async def test_numeric_plans_are_completed():
    needs("lpg")
    task = solved_task("tanker")
    flawed = read_plan("(drive t depot x)\n(serve t x)\n(serve t y)")
    assert isinstance(verify(task, flawed), Invalid)
    made = await valid_plan(Way.COMPLETE, task, flawed)
    assert made.steps[:1] == flawed.steps[:1]


async def test_temporal_plans_are_refused():
    report = await mended(
        Way.COMPLETE, solved_task("workshop"), read_plan("0: (paint a) [3]"), [Replayed()]
    )
    assert isinstance(report.result, Refused)
    assert "durative actions" in report.result.reason


def first_steps(task: Task, count: int) -> Plan:
    """Give steps that can be executed one behind the other and do not reach the goal."""
    model = read_task(task)
    plan = Plan(steps=())
    for _ in range(count):
        plan = next(
            longer
            for step in fitting_steps(model)
            if step not in plan.steps
            and (longer := Plan(steps=(*plan.steps, step)))
            and verify(task, longer).executed == len(longer.steps)
        )
    return plan
