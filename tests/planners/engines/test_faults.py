"""Engines whose programs fail in every way, and what is left of engines that are cancelled."""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from planners.engines.engine import (
    Broken,
    Engine,
    Order,
    OutOfMemory,
    OutOfTime,
    Purpose,
    Refused,
)
from planners.engines.fast_downward import FAST_DOWNWARD
from planners.engines.lpg import LPG
from planners.engines.program import PLAN, Command
from planners.generators import blocksworld
from planners.plan import read_plan
from planners.pool import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PYTHON = Path(sys.executable)
LONG = Limits(seconds=300.0)
SHORT = Limits(seconds=0.6)
SMALL = Limits(seconds=300.0, memory_mebibytes=128)
TASK = blocksworld.generate(4, seed=1)
FAMILY = "import os, time\nos.fork()\nif os.fork() == 0: os.setsid()\n"


def engine(code: str) -> Engine:
    """Give an engine whose program is this."""
    command = Command(program=PYTHON, arguments=("-S", "-c", code))
    return replace(FAST_DOWNWARD, place=lambda: PYTHON, command=lambda _: command)


async def result_of(code: str, limits: Limits = LONG):
    return (await engine(code).run(Order(task=TASK), limits)).result


async def test_an_engine_that_is_not_there_refuses_and_says_how_to_get_it(here):
    missing = replace(FAST_DOWNWARD, place=lambda: None)
    report = await missing.run(Order(task=TASK), LONG)
    assert isinstance(report.result, Refused)
    assert "pip install" in report.result.reason


async def test_an_engine_whose_program_has_gone_is_broken(here):
    command = Command(program=Path("/nowhere/planner"), arguments=())
    gone = replace(FAST_DOWNWARD, place=lambda: PYTHON, command=lambda _: command)
    result = (await gone.run(Order(task=TASK), LONG)).result
    assert isinstance(result, Broken)
    assert "/nowhere/planner" in result.reason


async def test_an_engine_that_is_killed_is_broken(here):
    result = await result_of(f"{FAMILY}os.kill(os.getpid(), 9)")
    assert isinstance(result, Broken)
    assert "signal 9" in result.reason


async def test_an_engine_that_hangs_is_out_of_time_with_all_it_has_started(here):
    assert await result_of(f"{FAMILY}time.sleep(1000)", SHORT) == OutOfTime(SHORT.seconds)


async def test_an_engine_that_prints_a_gigabyte_is_broken_and_its_last_words_are_kept(here):
    code = "import os\nfor _ in range(1000): os.write(1, b'x' * 1_000_000)\nprint('the end')"
    result = await result_of(code)
    assert isinstance(result, Broken)
    assert result.output.endswith("the end\n")
    assert len(result.output) < 10_000


async def test_an_engine_that_takes_all_the_memory_is_out_of_memory(here):
    code = "x = []\nwhile True: x.append(bytearray(10**6))"
    assert await result_of(code, SMALL) == OutOfMemory(SMALL.memory_mebibytes)


@pytest.mark.parametrize("text", ["(no plan", "(pick-up nobody)"])
async def test_an_engine_whose_plan_makes_no_sense_is_broken(here, text):
    result = await result_of(f"open({PLAN!r}, 'w').write({text!r})")
    assert isinstance(result, Broken)


async def cancelled_at_random(
    orders: Sequence[tuple[Engine, Order]], most_seconds: float, seed: int
) -> list[bool]:
    """Give orders, cancel each at a random moment, and say which were done before that."""
    draw = random.Random(seed)
    places = asyncio.Semaphore(2)

    async def one(engine: Engine, order: Order, seconds: float) -> bool:
        async with places:
            running = asyncio.create_task(engine.run(order, LONG))
            await asyncio.wait({running}, timeout=seconds)
            running.cancel()
            await asyncio.wait({running})
            return not running.cancelled()

    return await asyncio.gather(
        *(one(engine, order, draw.uniform(0, most_seconds)) for engine, order in orders)
    )


@pytest.mark.sweep
async def test_real_planners_cancelled_two_hundred_times_leave_nothing(here):
    if FAST_DOWNWARD.version() is None or LPG.version() is None:
        pytest.skip("the planners are not installed")
    task = blocksworld.generate(14, seed=7)
    start = read_plan("(pick-up b1)\n(put-down b1)")
    orders = [
        (FAST_DOWNWARD, Order(task=task, purpose=Purpose.OPTIMAL)),
        (LPG, Order(task=task, purpose=Purpose.REPAIR, start=start)),
    ] * 100
    done = await cancelled_at_random(orders, most_seconds=0.6, seed=7)
    assert len(done) == 200
    assert done.count(False) >= 100
