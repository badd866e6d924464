"""What observers are told, and that they cannot do any harm."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from app.modulo.budget import Budget
from app.sessions.errors import StoreUnavailable
from app.sessions.local_queue import LocalQueue
from app.sessions.observer import Observed, Observer, Observers
from app.sessions.origin import Lane, Origin
from app.sessions.queue import RunsElsewhere
from app.sessions.request import Mode, PlanRequest
from app.sessions.resume import Resumption
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.sessions.wire import DeliveredWire, ReleasedWire, StoredEvent
from app.sessions.wire_request import SessionCreatedWire
from tests.app.modulo.lamps import GOOD, HALF, TASK
from tests.app.sessions.parts import CREATED, Gated, Patient, SmallBank

BATCHED = SessionCreatedWire.of(
    PlanRequest(
        task=TASK,
        budget=Budget(attempts=4, seconds=30.0),
        strategy="resample",
        origin=Origin(tenant="ants", lane=Lane.BATCH),
    )
)


class Notebook:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.sessions: list[Observed] = []
        self.types: list[str] = []
        self.times: list[float] = []

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        self.sessions.append(session)
        self.types.append(event.type)
        self.times.append(at)

    def left(self, session: Observed) -> None:
        self.types.append("(left)")


class Clumsy:
    """An observer that breaks whenever it is told something."""

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        raise RuntimeError("dropped it")

    def left(self, session: Observed) -> None:
        raise RuntimeError("dropped it")


class Away(SqliteStore):
    """A store that takes nothing behind the delivery."""

    def append(self, session_id, event, *, expected, claim=None):
        if isinstance(event, DeliveredWire):
            return super().append(session_id, event, expected=expected, claim=claim)
        raise StoreUnavailable("on holiday")


class Headless:
    """A store that has lost the first event of each log."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.head = store.head
        self.append = store.append

    async def read(self, session_id: str, *, after: int = 0):
        return await self._store.read(session_id, after=max(after, 1))


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


def resumption(store, proposer: Patient, observers: Sequence[Observer]) -> Resumption:
    bank = SmallBank(proposer)
    return Resumption(store=store, composer=bank, verifier=bank.verifier, observers=observers)


async def test_an_observer_is_told_what_is_written_in_its_order_and_of_the_end(store):
    await store.create("s", CREATED)
    told = Notebook()
    began = time.time()
    await resumption(store, Patient([HALF, GOOD]), [told]).take_up("s")
    logged = [entry.event.type for entry in await store.read("s", after=1)]
    assert told.types == [*logged, "(left)"]
    assert logged[0] == "delivered"
    assert logged[-1] == "solved"
    assert told.times == sorted(told.times)
    assert began <= told.times[0] <= told.times[-1] <= time.time()


async def test_an_observer_knows_whose_the_session_is_and_how_far_it_was(store):
    head = await store.create("s", BATCHED)
    proposer = Gated([HALF, GOOD], through=[1])
    first, second = Notebook(), Notebook()
    running = asyncio.create_task(resumption(store, proposer, [first]).take_up("s"))
    await proposer.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await resumption(store, Patient([HALF, GOOD]), [second]).take_up("s")
    assert first.sessions[0] == Observed(
        session_id="s",
        origin=Origin(tenant="ants", lane=Lane.BATCH),
        created_at=head.created_at,
        mode=Mode.HEURISTIC,
        strategy="resample",
        first=True,
    )
    assert first.types[-2:] == ["released", "(left)"]
    assert (second.sessions[0].first, second.sessions[0].attempts) == (False, 1)


async def test_a_lost_worker_shows_at_the_next_delivery(store):
    await store.create("s", CREATED)
    await store.append("s", DeliveredWire(), expected=1)
    told = Notebook()
    await resumption(store, Patient([GOOD]), [told]).take_up("s")
    assert (told.sessions[0].lost, told.sessions[0].first) == (1, False)


async def test_what_another_writer_kept_out_of_the_log_is_not_told_as_an_end(store):
    await store.create("s", CREATED)
    proposer = Gated([GOOD])
    told = Notebook()
    running = asyncio.create_task(resumption(store, proposer, [told]).take_up("s"))
    await proposer.reached.wait()
    head = await store.head("s")
    await store.append("s", ReleasedWire(), expected=head.sequence)
    proposer.gate.set()
    with pytest.raises(RunsElsewhere):
        await running
    # The attempt is paid for, whatever becomes of the log; the outcome is not ours.
    assert told.types == ["delivered", "attempt_started", "attempt_finished", "(left)"]


async def test_a_session_whose_store_goes_away_is_left_all_the_same(tmp_path):
    async with Away(tmp_path / "sessions.db") as store:
        await store.create("s", CREATED)
        told = Notebook()
        with pytest.raises(StoreUnavailable):
            await resumption(store, Patient([GOOD]), [told]).take_up("s")
    assert told.types == ["delivered", "(left)"]


async def test_an_observer_that_breaks_harms_neither_session_nor_other_observers(store, caplog):
    await store.create("s", CREATED)
    told = Notebook()
    await resumption(store, Patient([GOOD]), [Clumsy(), told]).take_up("s")
    assert told.types == ["delivered", "attempt_started", "attempt_finished", "solved", "(left)"]
    assert "dropped it" in caplog.text


async def test_a_log_that_cannot_be_read_is_told_as_failed(store):
    await store.create("s", CREATED)
    told = Notebook()
    await resumption(Headless(store), Patient([GOOD]), [told]).take_up("s")
    assert told.types == ["failed"]
    assert told.sessions[0].mode is None


async def test_a_session_that_was_cancelled_while_it_waited_is_told_as_ended(store):
    told = Notebook()
    bank = SmallBank(Gated([GOOD]))
    runner = Runner(
        store=store,
        composer=bank,
        verifier=bank.verifier,
        queue=LocalQueue(),
        observers=[told],
    )
    async with runner:
        await store.create("s", BATCHED)
        await runner.cancel("s")
    assert told.types == ["cancelled"]
    assert told.sessions[0].strategy == "resample"


async def test_a_session_that_was_cancelled_while_it_ran_is_told_as_ended_once(store):
    told = Notebook()
    proposer = Gated([GOOD])
    bank = SmallBank(proposer)
    async with Runner(
        store=store, composer=bank, verifier=bank.verifier, observers=[told]
    ) as runner:
        await runner.submit(await store.create("s", CREATED))
        await proposer.reached.wait()
        await runner.cancel("s")
        await runner.cancel("s")
    assert told.types.count("cancelled") == 1
    assert told.types.count("(left)") == 1
    assert "released" not in told.types


def test_telling_two_observers_of_an_attempt_takes_microseconds():
    observers = Observers((Notebook(), Notebook()))
    session = Observed(session_id="s", origin=Origin(), created_at=None)  # type: ignore[arg-type]
    event = DeliveredWire()
    began = time.perf_counter()
    for _ in range(1000):
        observers.saw(session, event, 0.0)
    # About 1 µs each; the rest is for a busy machine.
    assert time.perf_counter() - began < 1000 * 20e-6
