import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from planners import BoundReached
from planners.errors import WorkerLost
from planners.pool import Limits, WorkerPool

ROOT = Path(__file__).resolve().parents[2]
CALLED = "tests.planners.calls:called"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncGenerator[WorkerPool, None]:
    async with WorkerPool(CALLED, Limits(processes=1, seconds=20, memory_mebibytes=512)) as opened:
        yield opened


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        # It may go between the opening and the reading.
        return False
    return status != "Z"


def children() -> set[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(pid) for pid in listed.split()}


async def test_a_value_comes_back_and_the_process_is_kept_for_the_next_call(pool):
    assert await pool.call("echo", {"a": (1, None)}) == {"a": (1, None)}
    assert await pool.call("pid") == await pool.call("pid") != os.getpid()


async def test_the_load_says_how_many_calls_are_made_and_how_many_wait(pool):
    assert pool.load == (0, 0)
    calls = [asyncio.create_task(pool.call("sleep", 0.3)) for _ in range(3)]
    await until(lambda: pool.load == (1, 2))
    calls[2].cancel()
    await until(lambda: pool.load == (1, 1))
    await asyncio.gather(*calls, return_exceptions=True)
    assert pool.load == (0, 0)


async def test_an_error_of_the_function_comes_back_as_it_is(pool):
    with pytest.raises(BoundReached) as raised:
        await pool.call("bound")
    assert (raised.value.bound, raised.value.limit) == ("steps in one plan", 7)


async def test_a_defect_comes_back_with_its_traceback_as_a_note(pool):
    with pytest.raises(KeyError) as raised:
        await pool.call("defect")
    assert "calls.py" in raised.value.__notes__[0]


@pytest.mark.parametrize("what", ["unpicklable", "large"])
async def test_an_answer_that_cannot_be_carried_is_no_hang(pool, what):
    with pytest.raises(WorkerLost):
        await pool.call(what)
    assert await pool.call("echo", 1) == 1


async def test_what_a_library_prints_does_not_get_between_the_answers(pool):
    await pool.call("print")
    assert await pool.call("echo", "words") == "words"


async def test_a_call_that_takes_too_long_is_killed_and_names_the_bound():
    limits = Limits(processes=1, seconds=0.5)
    async with WorkerPool(CALLED, limits) as pool:
        pid = await pool.call("pid")
        with pytest.raises(BoundReached, match=r"0\.5 seconds"):
            await pool.call("spin")
        await until(lambda: not is_alive(pid))
        assert await pool.call("pid") != pid


async def test_a_call_that_takes_too_much_memory_names_the_bound(pool):
    with pytest.raises(BoundReached, match="512 mebibytes of memory"):
        await pool.call("bomb")
    assert await pool.call("echo", 1) == 1


async def test_what_earlier_calls_left_in_a_process_does_not_fail_a_later_one():
    async with WorkerPool(CALLED, Limits(processes=1, memory_mebibytes=400)) as pool:
        served = [await pool.call("keep") for _ in range(4)]
    assert len(set(served)) > 1


@pytest.mark.parametrize(("what", "says"), [("die", "signal 9"), ("exit", "exit code 3")])
async def test_a_process_that_ends_in_the_middle_of_a_call_is_told(pool, what, says):
    with pytest.raises(WorkerLost, match=says):
        await pool.call(what)
    assert await pool.call("echo", 1) == 1


async def test_a_process_killed_from_outside_in_the_middle_of_a_call_is_told():
    before = children()
    async with WorkerPool(CALLED, Limits(processes=1)) as pool:
        await pool.warm()
        call = asyncio.create_task(pool.call("spin"))
        await asyncio.sleep(0.1)
        os.kill((children() - before).pop(), signal.SIGKILL)
        with pytest.raises(WorkerLost, match="signal 9"):
            await call


async def test_a_call_that_a_used_process_was_lost_over_is_made_once_more_in_a_new_one(pool):
    pid = await pool.call("pid")
    call = asyncio.create_task(pool.call("sleep", 0.3))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    assert await call is None
    assert await pool.call("pid") != pid


async def test_an_idle_process_killed_from_outside_is_replaced(pool):
    pid = await pool.call("pid")
    os.kill(pid, signal.SIGKILL)
    assert await pool.call("pid") != pid


async def test_processes_killed_at_any_moment_leave_the_others_unharmed():
    before = children()
    async with WorkerPool(CALLED, Limits(processes=2, seconds=20)) as pool:
        await pool.warm()
        for round_ in range(4):
            calls = [asyncio.create_task(pool.call("sleep", 0.01)) for _ in range(6)]
            await asyncio.sleep(0.008 * round_)
            os.kill((children() - before).pop(), signal.SIGKILL)
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert all(end is None or isinstance(end, WorkerLost) for end in ended), ended
        assert await pool.call("echo", 1) == 1


async def test_cancelling_a_call_kills_its_process(pool):
    pid = await pool.call("pid")
    call = asyncio.create_task(pool.call("spin"))
    await asyncio.sleep(0.1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(lambda: not is_alive(pid))


async def test_no_more_calls_run_at_once_than_there_are_processes():
    async with WorkerPool(CALLED, Limits(processes=2)) as pool:
        pids = await asyncio.gather(*(pool.call("pid") for _ in range(20)))
    assert len(set(pids)) <= 2


async def test_a_process_that_knows_what_a_call_is_about_goes_first():
    async with WorkerPool(CALLED, Limits(processes=2)) as pool:
        one, two = await asyncio.gather(
            pool.call("pid", about="one"), pool.call("pid", about="two")
        )
        assert one != two
        for _ in range(3):
            assert await pool.call("pid", about="two") == two
            assert await pool.call("pid", about="one") == one


async def test_closing_ends_every_process_and_calls_that_are_being_made():
    before = children()
    pool = WorkerPool(CALLED, Limits(processes=2))
    await pool.warm()
    pids = children() - before
    call = asyncio.create_task(pool.call("spin"))
    await asyncio.sleep(0.1)
    await pool.close()
    with pytest.raises(WorkerLost, match="closed"):
        await call
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)
    with pytest.raises(WorkerLost, match="closed"):
        await pool.call("echo", 1)


async def test_a_process_knows_no_setting_of_ours(monkeypatch):
    monkeypatch.setenv("MODULO_MODEL_KEY", "secret")
    async with WorkerPool(CALLED, Limits(processes=1)) as pool:
        known = await pool.call("environment")
    assert not [name for name in known if name.startswith("MODULO_")]


async def test_an_interrupt_of_the_whole_group_does_not_lose_a_call(pool):
    pid = await pool.call("pid")
    call = asyncio.create_task(pool.call("sleep", 0.3))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert await call is None


PARENT = f"""
import asyncio, sys
from planners.pool import Limits, WorkerPool

async def main():
    pool = WorkerPool({CALLED!r}, Limits(processes=2))
    await pool.warm()
    for worker in pool._alive:
        print(worker.process.pid)
    sys.stdout.flush()
    await pool.call("spin")

asyncio.run(main())
"""


async def test_no_process_outlives_a_parent_that_is_killed():
    parent = subprocess.Popen(  # noqa: ASYNC220 (it is waited for anyhow)
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    await asyncio.sleep(0.3)  # One of them is in the middle of an endless call.
    assert all(is_alive(pid) for pid in pids)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await until(lambda: not any(is_alive(pid) for pid in pids))
