"""The ways of repair: what is asked in which order, and that flawed plans come out valid."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import Task, Valid, read_plan, verify
from planners.engines.engine import (
    Broken,
    GaveUp,
    OutOfTime,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Refused,
)
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.pool import Limits
from planners.repair.ways import Way, mend
from tests.planners.engines.replaying import found
from tests.planners.random_plans import mutants
from tests.planners.repair.mending import Replayed, mended, needs, solved_task, valid_plan

TASK = Task(
    domain="""(define (domain switches) (:requirements :strips)
      (:predicates (lamp ?l) (on ?l) (off ?l))
      (:action switch-on :parameters (?l) :precondition (and (lamp ?l) (off ?l))
        :effect (and (on ?l) (not (off ?l)))))""",
    problem="""(define (problem p) (:domain switches) (:objects a b)
      (:init (lamp a) (lamp b) (off a) (off b)) (:goal (and (on a) (on b))))""",
)
GOOD = read_plan("(switch-on a)\n(switch-on b)")
HALF = read_plan("(switch-on a)")
TWICE = "(switch-on a)\n(switch-on a)"
FLAWED = read_plan("(unstack b1 b2)\n(put-down b1)\n(pick-up b3)\n(stack b3 b9)\n(stack b3 b1)")
FROM_A_PLAN = [Way.REPAIR, Way.COMPLETE, Way.KEEP]


@pytest.mark.parametrize("plan", [None, HALF])
async def test_from_scratch_means_without_the_plan(plan):
    engine = Replayed(found(str(GOOD)))
    report = await mended(Way.PLAN, TASK, plan, [engine])
    assert report.result == PlanFound(plans=(GOOD,))
    assert [(order.purpose, order.start) for order in engine.orders] == [(Purpose.PLAN, None)]


@pytest.mark.parametrize("way", Way)
async def test_without_a_plan_each_way_plans_from_scratch(way):
    engine = Replayed(found(str(GOOD)))
    report = await mended(way, TASK, None, [engine])
    assert report.result == PlanFound(plans=(GOOD,))
    assert engine.purposes_asked == [Purpose.PLAN]


@pytest.mark.parametrize("way", FROM_A_PLAN)
async def test_a_valid_plan_is_given_back_and_nobody_is_asked(way):
    report = await mended(way, TASK, GOOD, [Replayed()])
    assert report.result == PlanFound(plans=(GOOD,))
    assert report.engine == ""


@pytest.mark.parametrize("way", FROM_A_PLAN)
@pytest.mark.parametrize("text", ["(fly)\n(switch-on c)", ""])
async def test_a_plan_without_a_usable_step_is_made_from_scratch_and_a_note_says_so(way, text):
    engine = Replayed(found(str(GOOD)))
    report = await mended(way, TASK, read_plan(text), [engine])
    assert report.result == PlanFound(plans=(GOOD,))
    assert engine.purposes_asked == [Purpose.PLAN]
    assert any("scratch" in note for note in report.notes)


async def test_a_repair_starts_from_the_usable_steps_and_says_how_many_are_not():
    engine = Replayed(found(str(GOOD)))
    report = await mended(Way.REPAIR, TASK, read_plan("(switch-on a)\n(fly a)"), [engine])
    assert engine.orders[0].start == HALF
    assert report.notes == ("1 of 2 steps can never be executed: left out",)


@pytest.mark.parametrize("way", FROM_A_PLAN)
@pytest.mark.parametrize(
    "answer",
    [Broken("signal 11"), GaveUp("bored"), OutOfTime(1.0), found(TWICE)],
    ids=["broken", "gave up", "out of time", "invalid"],
)
async def test_where_a_way_comes_to_nothing_a_plan_is_made_from_scratch(way, answer):
    # Where no closest plan is found, the two other ways are tried first.
    tries = 3 if way is Way.KEEP and not isinstance(answer, PlanFound) else 1
    engine = Replayed(*[answer] * tries, found(str(GOOD)))
    report = await mended(way, TASK, HALF, [engine])
    assert report.result == PlanFound(plans=(GOOD,))
    assert engine.orders[-1].purpose is Purpose.PLAN
    assert engine.orders[-1].task == TASK
    assert "planned from scratch" in report.notes[-1]


@pytest.mark.parametrize("way", FROM_A_PLAN)
async def test_an_invalid_plan_is_not_given_back_where_planning_from_scratch_fails(way):
    engine = Replayed(found(TWICE), GaveUp("bored"))
    report = await mended(way, TASK, HALF, [engine])
    assert report.result == GaveUp("bored")


@pytest.mark.parametrize("way", [Way.REPAIR, Way.KEEP])
async def test_a_proof_that_there_is_no_plan_is_passed_on(way):
    report = await mended(way, TASK, HALF, [Replayed(ProvenUnsolvable())])
    assert report.result == ProvenUnsolvable()


async def test_where_nobody_can_repair_that_is_a_refusal_with_the_reasons():
    engine = Replayed(Refused("no numbers"))
    report = await mended(Way.REPAIR, TASK, HALF, [engine])
    assert isinstance(report.result, Refused)
    assert "no numbers" in report.result.reason
    assert engine.purposes_asked == [Purpose.REPAIR]


async def test_no_engine_is_asked_when_the_time_is_over():
    limits = Limits(seconds=0.0)
    report = await mend(Way.REPAIR, TASK, HALF, limits=limits, engines=[Replayed()])
    assert report.result == OutOfTime(0.0)


async def test_time_stamps_of_a_classical_plan_are_its_order():
    engine = Replayed(found(str(GOOD)))
    await mended(
        Way.REPAIR, TASK, read_plan("1: (switch-on a) [1]\n0: (switch-on b) [1]\n2: (x)"), [engine]
    )
    assert engine.orders[0].start == read_plan("(switch-on b)\n(switch-on a)")


@pytest.mark.parametrize("way", Way)
async def test_a_flawed_plan_of_a_generated_task_comes_out_valid(way):
    needs("lpg", "fast-downward")
    await valid_plan(way, generate(5, 1), FLAWED)


@pytest.mark.sweep
@pytest.mark.parametrize("way", Way)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_flawed_plans_of_generated_tasks_come_out_valid(way, data):
    needs("lpg", "fast-downward")
    task = generate(data.draw(st.integers(3, 6)), data.draw(st.integers(0, 10_000)))
    plan = asyncio.run(valid_plan(Way.PLAN, task, None))
    for _ in range(data.draw(st.integers(1, 4))):
        plan = data.draw(mutants(read_task(task), plan))
    asyncio.run(valid_plan(way, task, plan))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tanker", "(drive t depot x)\n(serve t x)\n(serve t y)\n(fly t)"),
        ("workshop", "0: (saw a m) [2]\n1: (paint a) [3]\n3: (saw b m) [5]\n4: (fly a) [1]"),
    ],
)
async def test_numeric_and_temporal_plans_are_repaired(name, text):
    needs("lpg")
    task = solved_task(name)
    report = await mended(Way.REPAIR, task, read_plan(text))
    assert report.engine == "lpg"
    assert report.notes == ("1 of 4 steps can never be executed: left out",)
    assert isinstance(verify(task, report.result.plans[0]), Valid)
