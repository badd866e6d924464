import asyncio
import time

import pytest

from app.proposers.sound import SoundPlanners
from planners import Task, read_plan
from planners.engines.engine import GaveUp, OutOfTime, PlanFound, ProvenUnsolvable, Purpose, Refused
from planners.errors import TaskSyntaxError
from planners.pool import Limits
from planners.repair.ways import Way
from tests.app.modulo.lamps import GOOD, HALF, TASK
from tests.planners.engines.replaying import ReplayingEngine, found


def planners(*engines: ReplayingEngine, processes: int = 2, seconds: float = 10.0) -> SoundPlanners:
    return SoundPlanners(Limits(processes=processes, seconds=seconds), engines=engines)


async def test_a_plan_comes_out_as_the_planner_said_it_right_or_wrong():
    report = await planners(ReplayingEngine([found(HALF)])).plan(TASK)
    assert report.result == PlanFound(plans=(read_plan(HALF),))
    assert str(report) == "replaying 1.0"


@pytest.mark.parametrize(
    ("asked", "purpose"),
    [
        (lambda them: them.plan(TASK), Purpose.PLAN),
        (lambda them: them.plan(TASK, optimal=True), Purpose.OPTIMAL),
        (lambda them: them.prove(TASK), Purpose.PROOF),
    ],
)
async def test_what_is_wanted_reaches_the_engine(asked, purpose):
    engine = ReplayingEngine([ProvenUnsolvable()])
    report = await asked(planners(engine))
    assert report.result == ProvenUnsolvable()
    assert [order.purpose for order in engine.orders] == [purpose]


async def test_a_repair_starts_from_the_plan_and_carries_the_seed():
    engine = ReplayingEngine([found(GOOD)])
    await planners(engine).mend(Way.REPAIR, TASK, read_plan(HALF), seed=7)
    (order,) = engine.orders
    assert (order.purpose, order.start, order.seed) == (Purpose.REPAIR, read_plan(HALF), 7)


async def test_an_engine_asked_by_name_is_the_only_one_asked():
    first, second = ReplayingEngine(name="first"), ReplayingEngine([found(GOOD)], name="second")
    report = await planners(first, second).plan(TASK, engine="second")
    assert report.engine == "second"
    assert not first.orders


async def test_without_any_engine_that_can_the_report_refuses_with_the_reasons():
    engine = ReplayingEngine(purposes=frozenset({Purpose.PLAN}))
    result = (await planners(engine).plan(TASK, optimal=True)).result
    assert isinstance(result, Refused)
    assert "replaying is not made for: optimal" in result.reason


async def test_no_more_planners_run_at_once_than_there_are_places():
    engine = ReplayingEngine([found(GOOD)] * 6, seconds=0.02)
    them = planners(engine, processes=2)
    reports = await asyncio.gather(*(them.plan(TASK) for _ in range(6)))
    assert all(isinstance(report.result, PlanFound) for report in reports)
    assert engine.most_running == 2


async def test_the_wait_for_a_place_counts_against_the_time():
    engine = ReplayingEngine([found(GOOD)] * 2, seconds=5.0)
    them = planners(engine, processes=1)
    first = asyncio.create_task(them.plan(TASK))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    second = await them.plan(TASK, seconds=0.2)
    assert second.result == OutOfTime(0.2)
    assert 0.15 < time.monotonic() - began < 2
    assert len(engine.orders) == 1
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_nobody_gets_more_time_than_the_limits_allow():
    engine = ReplayingEngine(seconds=5.0)
    report = await planners(engine, seconds=0.05).plan(TASK, seconds=60)
    assert isinstance(report.result, OutOfTime)
    assert report.result.seconds <= 0.05


async def test_a_cancelled_call_ends_its_planner_and_gives_the_place_free():
    engine = ReplayingEngine([found(GOOD)], seconds=5.0)
    them = planners(engine, processes=1)
    for _ in range(3):
        call = asyncio.create_task(them.plan(TASK))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert (engine.cancelled, engine.running) == (3, 0)
    engine._seconds = 0.0
    assert isinstance((await them.plan(TASK)).result, PlanFound)


async def test_a_call_cancelled_while_it_waits_takes_no_place_with_it():
    engine = ReplayingEngine([found(GOOD)] * 2, seconds=0.2)
    them = planners(engine, processes=1)
    first = asyncio.create_task(them.plan(TASK))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(them.plan(TASK))
    await asyncio.sleep(0.02)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert isinstance((await first).result, PlanFound)
    assert isinstance((await them.plan(TASK)).result, PlanFound)


async def test_a_task_that_cannot_be_read_reaches_no_engine():
    engine = ReplayingEngine([GaveUp("?")])
    with pytest.raises(TaskSyntaxError):
        await planners(engine).plan(Task(domain="(define", problem=TASK.problem))
    assert not engine.orders
