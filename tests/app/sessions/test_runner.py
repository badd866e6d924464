"""Running sessions on a real store, once with each queue."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.sessions.errors import StoreUnavailable, UnknownSession
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.store import Store
from app.sessions.wire import DeliveredWire
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import CREATED, Gated, Patient, SmallBank
from tests.app.sessions.queues import Make, make

__all__ = ["make"]


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


@pytest.fixture
def running(make: Make):
    """Make a runner with a queue of the kind under test."""

    def made(store: Store, proposer: Patient, **places: Any) -> Runner:
        bank = SmallBank(proposer)
        return Runner(store=store, composer=bank, verifier=bank.verifier, queue=make(**places))

    return made


async def begin(store: Store, runner: Runner, session_id: str = "s") -> None:
    await store.create(session_id, CREATED)
    await runner.submit(await store.head(session_id))


async def types(store: Store, session_id: str = "s") -> list[str]:
    return [entry.event.type for entry in await store.read(session_id)]


async def test_a_submitted_session_is_run_to_its_outcome(store, running):
    async with running(store, Patient([HALF, GOOD])) as runner:
        await begin(store, runner)
        head = await store.wait_for_end("s", timeout_seconds=10)
    assert head.status is Status.SOLVED


async def test_a_session_submitted_many_times_is_run_once(store, running):
    proposer = Gated([GOOD])
    async with running(store, proposer) as runner:
        await begin(store, runner)
        head = await store.head("s")
        await asyncio.gather(*(runner.submit(head) for _ in range(5)))
        await proposer.reached.wait()
        await runner.submit(head)
        proposer.gate.set()
        await store.wait_for_end("s", timeout_seconds=10)
        await asyncio.sleep(0.1)
    assert proposer.asked == [1]
    assert (await types(store)).count("delivered") == 1


async def test_cancelling_a_running_session_stops_its_proposer_at_once(store, running):
    proposer = Gated([GOOD])
    async with running(store, proposer) as runner:
        await begin(store, runner)
        await proposer.reached.wait()
        began = time.monotonic()
        head = await runner.cancel("s")
        await proposer.stopped.wait()
        taken = time.monotonic() - began
    assert head.status is Status.CANCELLED
    assert taken < 1.0
    assert (await types(store))[-1] == "cancelled"


async def test_cancelling_a_session_that_waits_for_a_place_keeps_it_from_running(store, running):
    proposer = Gated([GOOD])
    async with running(store, proposer, interactive=1) as runner:
        await begin(store, runner, "first")
        await proposer.reached.wait()
        await begin(store, runner, "second")
        assert (await runner.cancel("second")).status is Status.CANCELLED
        proposer.gate.set()
        await store.wait_for_end("first", timeout_seconds=10)
        await asyncio.sleep(0.1)
    assert await types(store, "second") == ["session_created", "cancelled"]
    assert proposer.asked == [1]


async def test_cancelling_twice_or_too_late_changes_nothing(store, running):
    async with running(store, Patient([GOOD])) as runner:
        await begin(store, runner)
        await store.wait_for_end("s", timeout_seconds=10)
        before = await types(store)
        for _ in range(2):
            assert (await runner.cancel("s")).status is Status.SOLVED
        assert await types(store) == before
        with pytest.raises(UnknownSession):
            await runner.cancel("none")


async def test_cancelling_while_events_come_fast_still_ends_the_session_once(store, running):
    async with running(store, Patient([HALF])) as runner:
        for number in range(10):
            await begin(store, runner, f"s{number}")
        heads = await asyncio.gather(*(runner.cancel(f"s{number}") for number in range(10)))
    assert all(head.status.ended for head in heads)
    for number in range(10):
        ends = [kind for kind in await types(store, f"s{number}") if kind in set(Status)]
        assert len(ends) == 1


async def test_no_more_sessions_run_at_once_than_there_are_places(store, running):
    at_once = Counter()

    class Counting(Patient):
        async def propose(self, task, ask, trace, remaining):
            at_once["now"] += 1
            at_once["most"] = max(at_once["most"], at_once["now"])
            try:
                return await super().propose(task, ask, trace, remaining)
            finally:
                at_once["now"] -= 1

    async with running(store, Counting([GOOD], seconds=0.05), interactive=3) as runner:
        for number in range(9):
            await begin(store, runner, f"s{number}")
        for number in range(9):
            await store.wait_for_end(f"s{number}", timeout_seconds=10)
    assert at_once["most"] == 3


async def test_shutting_down_gives_sessions_back_and_the_next_runner_goes_on(store, running):
    first = Gated([HALF, GOOD], through=[1])
    async with running(store, first) as runner:
        await begin(store, runner)
        await first.reached.wait()
        assert runner.ready
    assert not runner.ready
    assert first.cancelled == 1
    assert (await types(store))[-1] == "released"
    assert (await store.head("s")).status is Status.QUEUED

    second = Patient([HALF, GOOD])
    async with running(store, second):
        head = await store.wait_for_end("s", timeout_seconds=10)
    assert head.status is Status.SOLVED
    assert second.asked == [2]


async def test_a_session_that_was_never_submitted_is_found_at_the_next_start(store, running):
    await store.create("s", CREATED)
    async with running(store, Patient([GOOD])):
        assert (await store.wait_for_end("s", timeout_seconds=10)).status is Status.SOLVED


async def test_shutting_down_does_not_wait_for_proposers(store, running):
    async with running(store, Gated([GOOD])) as runner:
        for number in range(20):
            await begin(store, runner, f"s{number}")
        await asyncio.sleep(0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 2.0
    assert len(await store.unfinished()) == 20


class Flaky:
    """A store that is away for a while. Everything else is the store behind it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.away = False
        self.asked = asyncio.Event()

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    async def read(self, session_id, *, after=0, most=None):
        if self.away:
            self.asked.set()
            raise StoreUnavailable("away")
        return await self._store.read(session_id, after=after, most=most)


async def test_a_session_waits_for_a_store_that_is_away_and_then_goes_on(store, running):
    flaky = Flaky(store)
    async with running(flaky, Patient([GOOD])) as runner:
        flaky.away = True
        await begin(store, runner)
        async with asyncio.timeout(10):
            await flaky.asked.wait()
        flaky.away = False
        head = await store.wait_for_end("s", timeout_seconds=10)
    assert head.status is Status.SOLVED


async def test_a_session_that_its_queue_never_got_is_found_by_a_sweep(store, running):
    async with running(store, Patient([GOOD])) as runner:
        await store.create("s", CREATED)
        await asyncio.sleep(0.1)
        assert (await store.head("s")).status is Status.QUEUED
        await runner.sweep()
        assert (await store.wait_for_end("s", timeout_seconds=10)).status is Status.SOLVED


async def test_sweeping_while_sessions_run_and_wait_has_none_taken_up_twice(store, running):
    proposer = Gated([GOOD])
    async with running(store, proposer, interactive=2) as runner:
        for number in range(5):
            await begin(store, runner, f"s{number}")
        await proposer.reached.wait()
        for _ in range(3):
            await runner.sweep()
        proposer.gate.set()
        for number in range(5):
            await store.wait_for_end(f"s{number}", timeout_seconds=10)
        await asyncio.sleep(0.1)
    for number in range(5):
        assert (await types(store, f"s{number}")).count("delivered") == 1


async def test_draining_lets_attempts_in_flight_finish_and_gives_the_session_back(store, running):
    first = Patient([HALF, GOOD], seconds=0.3)
    async with running(store, first) as runner:
        await begin(store, runner)
        await asyncio.sleep(0.1)
        await begin(store, runner, "later")
        began = time.monotonic()
        await runner.drain(seconds=10)
        assert time.monotonic() - began < 5
        assert runner.running == 0
        assert not runner.ready
        # Taken up before it drained, or not: nothing is in flight.
        assert (await store.head("later")).status is Status.QUEUED
    assert first.cancelled == 0
    told = await types(store)
    assert told[-2:] == ["attempt_finished", "released"]
    assert told.count("attempt_finished") == 1

    second = Patient([HALF, GOOD])
    async with running(store, second):
        assert (await store.wait_for_end("s", timeout_seconds=10)).status is Status.SOLVED
        await store.wait_for_end("later", timeout_seconds=10)
    assert 2 in second.asked
    assert (await types(store)).count("attempt_finished") == 2


async def test_attempts_that_do_not_finish_in_time_are_cancelled_and_their_sessions_released(
    store, running
):
    proposer = Gated([GOOD])
    async with running(store, proposer) as runner:
        await begin(store, runner)
        await proposer.reached.wait()
        began = time.monotonic()
        await runner.drain(seconds=0.2)
        assert 0.2 <= time.monotonic() - began < 2
        assert proposer.cancelled == 0
    assert proposer.cancelled == 1
    assert (await types(store))[-1] == "released"


async def test_one_whose_log_another_writes_to_stops_and_writes_nothing(store, running):
    proposer = Gated([GOOD])
    async with running(store, proposer) as runner:
        await begin(store, runner)
        await proposer.reached.wait()
        head = await store.head("s")
        await store.append("s", DeliveredWire(), expected=head.sequence)
        proposer.gate.set()
        async with asyncio.timeout(10):
            while runner.running:  # noqa: ASYNC110  # it has no event to wait for
                await asyncio.sleep(0.01)
        # It is another's now: not tried again from here, and not given back.
        await asyncio.sleep(0.2)
        assert proposer.asked == [1]
    told = await types(store)
    assert told[-1] == "delivered"
    assert "released" not in told


async def test_the_process_takes_nothing_up_before_it_is_entered(store):
    bank = SmallBank(Patient([GOOD]))
    assert not Runner(store=store, composer=bank, verifier=bank.verifier).ready
