"""What every queue of sessions owes. One suite, run against each implementation."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from app.sessions.errors import StoreUnavailable
from app.sessions.origin import Lane
from app.sessions.queue import GivenBack, Queue, RunsElsewhere, Ticket
from tests.app.sessions.queues import Make, make

__all__ = ["make"]


class Runs:
    """What the queue calls for: counts, and goes on when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.now = 0
        self.most = 0
        self.gate = asyncio.Event()
        self.failures: Counter[str] = Counter()
        self.problem: Exception = StoreUnavailable("away")

    async def run(self, session_id: str) -> None:
        self.begun.append(session_id)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if self.failures[session_id]:
                self.failures[session_id] -= 1
                raise self.problem
            await self.gate.wait()
            self.ended.append(session_id)
        except asyncio.CancelledError:
            # Giving back takes a moment.
            await asyncio.sleep(0.01)
            self.cancelled.append(session_id)
            raise
        finally:
            self.now -= 1


@pytest.fixture
async def queue(make: Make) -> AsyncIterator[Queue]:
    queue = make(interactive=3)
    yield queue
    await queue.close()


@pytest.fixture
def runs() -> Runs:
    return Runs()


async def until(there) -> None:
    async with asyncio.timeout(10):
        while not there():  # noqa: ASYNC110  # a queue has no event to wait for
            await asyncio.sleep(0.005)


async def submit(
    queue: Queue, *session_ids: str, lane: Lane = Lane.INTERACTIVE, tenant: str = "default"
) -> None:
    for session_id in session_ids:
        await queue.submit(Ticket(session_id=session_id, lane=lane, tenant=tenant))


async def test_what_is_submitted_is_run(queue, runs):
    await queue.open(runs.run)
    runs.gate.set()
    await submit(queue, "a", "b", "c", "d", "e")
    await until(lambda: len(runs.ended) == 5)
    assert sorted(runs.ended) == ["a", "b", "c", "d", "e"]


async def test_a_queue_is_ready_from_its_opening_to_its_end(queue, runs):
    assert not queue.ready
    await queue.open(runs.run)
    assert queue.ready
    await queue.close()
    assert not queue.ready


async def test_what_waits_or_runs_is_not_taken_a_second_time(queue, runs):
    await queue.open(runs.run)
    await submit(queue, "a", "a", "b", "c", "d", "d")
    await until(lambda: len(runs.begun) == 3)
    await submit(queue, "a", "d")
    runs.gate.set()
    await until(lambda: len(runs.ended) == 4)
    await asyncio.sleep(0.1)
    assert sorted(runs.begun) == ["a", "b", "c", "d"]


async def test_what_has_ended_may_be_submitted_again(queue, runs):
    await queue.open(runs.run)
    runs.gate.set()
    await submit(queue, "a")
    await until(lambda: runs.ended == ["a"])
    await asyncio.sleep(0.1)
    await submit(queue, "a")
    await until(lambda: runs.ended == ["a", "a"])


async def test_no_more_run_at_once_than_there_are_places_and_the_rest_follow_in_order(make, runs):
    queue = make(interactive=1)
    await queue.open(runs.run)
    runs.gate.set()
    wanted = [str(number) for number in range(9)]
    await submit(queue, *wanted)
    await until(lambda: len(runs.ended) == 9)
    await queue.close()
    assert runs.most == 1
    assert runs.begun == wanted


async def test_cancelling_what_waits_keeps_it_from_running(queue, runs):
    await queue.open(runs.run)
    await submit(queue, "a", "b", "c", "d", "e")
    await until(lambda: len(runs.begun) == 3)
    await queue.cancel("d")
    runs.gate.set()
    await until(lambda: len(runs.ended) == 4)
    await asyncio.sleep(0.1)
    assert "d" not in runs.begun


async def test_cancelling_what_runs_stops_it_and_frees_its_place(queue, runs):
    await queue.open(runs.run)
    await submit(queue, "a", "b", "c", "d")
    await until(lambda: len(runs.begun) == 3)
    await queue.cancel("b")
    await until(lambda: len(runs.begun) == 4)
    assert runs.cancelled == ["b"]
    assert runs.begun[-1] == "d"
    # And it is not tried again.
    runs.gate.set()
    await until(lambda: len(runs.ended) == 3)
    await asyncio.sleep(0.1)
    assert runs.begun.count("b") == 1


async def test_cancelling_what_is_not_there_changes_nothing(queue, runs):
    await queue.open(runs.run)
    await queue.cancel("nobody")
    runs.gate.set()
    await submit(queue, "a")
    await until(lambda: runs.ended == ["a"])


async def test_what_cannot_be_run_now_is_run_again_and_keeps_no_place_meanwhile(make, runs):
    queue = make(interactive=1, retry_seconds=0.2)
    await queue.open(runs.run)
    runs.gate.set()
    runs.failures["a"] = 2
    await submit(queue, "a", "b")
    await until(lambda: len(runs.ended) == 2)
    await queue.close()
    assert runs.ended == ["b", "a"]
    assert runs.begun == ["a", "b", "a", "a"]


async def test_what_is_to_be_run_again_can_be_cancelled(make, runs):
    queue = make(retry_seconds=0.2)
    await queue.open(runs.run)
    runs.failures["a"] = 1
    await submit(queue, "a")
    await until(lambda: runs.begun == ["a"])
    await asyncio.sleep(0.05)
    await queue.submit(Ticket(session_id="a"))
    await queue.cancel("a")
    await asyncio.sleep(0.4)
    await queue.close()
    assert runs.begun == ["a"]


async def test_closing_cancels_what_runs_and_waits_until_it_has_let_go(queue, runs):
    await queue.open(runs.run)
    await submit(queue, "a", "b", "c", "d")
    await until(lambda: len(runs.begun) == 3)
    await queue.close()
    assert sorted(runs.cancelled) == ["a", "b", "c"]
    await asyncio.sleep(0.1)
    assert len(runs.begun) == 3


async def test_closing_twice_or_before_opening_is_no_trouble(make, runs):
    await make().close()
    queue = make()
    await queue.open(runs.run)
    await queue.close()
    await queue.close()
    assert not queue.ready


async def test_each_lane_has_places_of_its_own(make, runs):
    queue = make(interactive=2, batch=1)
    await queue.open(runs.run)
    await submit(queue, "a", "b", "c", "d")
    await submit(queue, "x", "y", lane=Lane.BATCH)
    await until(lambda: len(runs.begun) == 3)
    await asyncio.sleep(0.1)
    assert sorted(runs.begun) == ["a", "b", "x"]
    runs.gate.set()
    await until(lambda: len(runs.ended) == 6)
    await queue.close()


async def test_no_more_of_a_tenant_run_at_once_than_it_may_and_others_pass_by(make, runs):
    queue = make(interactive=8, batch=8, tenant=2)
    await queue.open(runs.run)
    await submit(queue, *(f"flood{number}" for number in range(6)), tenant="flood")
    await submit(queue, "calm", tenant="calm")
    # The bound is that of a lane.
    await submit(queue, "bulk", tenant="flood", lane=Lane.BATCH)
    await until(lambda: len(runs.begun) == 4)
    await asyncio.sleep(0.2)
    assert len(runs.begun) == 4
    assert {"bulk", "calm"} < set(runs.begun)
    runs.gate.set()
    await until(lambda: len(runs.ended) == 8)
    await queue.close()
    assert len(runs.begun) == 8


async def test_what_waits_for_its_tenants_bound_can_be_cancelled(make, runs):
    queue = make(interactive=8, tenant=1)
    await queue.open(runs.run)
    await submit(queue, "a")
    await until(lambda: runs.begun == ["a"])
    await submit(queue, "b", "c")
    await asyncio.sleep(0.1)
    await queue.cancel("b")
    runs.gate.set()
    await until(lambda: sorted(runs.ended) == ["a", "c"])
    await asyncio.sleep(0.1)
    await queue.close()
    assert runs.begun == ["a", "c"]


async def test_many_are_submitted_at_once_and_none_is_taken_a_second_time(make, runs):
    queue = make(interactive=3, tenant=2)
    await queue.open(runs.run)
    tickets = [Ticket(session_id=str(number), tenant=str(number % 2)) for number in range(9)]
    await queue.submit_all(tickets)
    await until(lambda: len(runs.begun) == 3)
    await asyncio.sleep(0.1)
    for _ in range(3):
        await queue.submit_all(tickets)
    runs.gate.set()
    await until(lambda: len(runs.ended) == 9)
    await asyncio.sleep(0.1)
    await queue.close()
    assert sorted(runs.begun) == [str(number) for number in range(9)]


async def test_a_paused_queue_takes_nothing_up_and_lets_go_on_what_runs(queue, runs):
    await queue.open(runs.run)
    await submit(queue, "a")
    await until(lambda: runs.begun == ["a"])
    assert not queue.leaving
    queue.pause()
    assert queue.leaving
    assert not queue.ready
    await submit(queue, "b")
    await asyncio.sleep(0.1)
    assert runs.begun == ["a"]
    runs.gate.set()
    await until(lambda: runs.ended == ["a"])


async def test_what_was_given_back_is_run_again(queue, runs):
    await queue.open(runs.run)
    runs.gate.set()
    runs.failures["a"] = 1
    runs.problem = GivenBack("a")
    await submit(queue, "a")
    await until(lambda: runs.ended == ["a"])
    assert runs.begun == ["a", "a"]


async def test_what_runs_elsewhere_is_not_run_again_here(queue, runs):
    await queue.open(runs.run)
    runs.gate.set()
    runs.failures["a"] = 1
    runs.problem = RunsElsewhere("a")
    await submit(queue, "a", "b")
    await until(lambda: runs.ended == ["b"])
    await asyncio.sleep(0.2)
    assert runs.begun.count("a") == 1


async def test_a_queue_that_only_submits_runs_nothing(queue, runs):
    await queue.open(None)
    await submit(queue, "a")
    await queue.cancel("a")
    await asyncio.sleep(0.1)
    assert runs.begun == []
