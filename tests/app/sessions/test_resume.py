"""One session from where its log ends to its outcome."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.modulo.budget import Budget
from app.modulo.critique import Critique
from app.proposers.replay import Replay
from app.sessions.errors import StaleWriter, StoreUnavailable
from app.sessions.history import tell
from app.sessions.resume import Resumption, Writer
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.store import Store
from app.sessions.wire import (
    CancelledWire,
    DeliveredWire,
    ExhaustedWire,
    FailedWire,
    ReleasedWire,
    SolvedWire,
)
from app.sessions.wire_request import SessionCreatedWire
from planners import Task
from tests.app.modulo.lamps import BROKEN, GOOD, HALF, PROSE
from tests.app.sessions.parts import CREATED, REQUEST, Gated, Patient, SmallBank


class Broken:
    """A critic that cannot judge."""

    name = "broken"
    hard = True

    async def criticise(self, task, plan, verdict) -> Critique:
        raise RuntimeError("no lamp to see by")


class BrokenBank(SmallBank):
    """A bank with a defect."""

    def compose(self, request):
        raise KeyError("secret of the house")


class Watched(SqliteStore):
    """A store that can say what is durable, and what was when an event was sent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sent: list[tuple[str, asyncio.Future]] = []
        self.durable_before: dict[str, list[str]] = {}

    def append(self, session_id, event, *, expected, claim=None):
        self.durable_before[event.type] = self.durable()
        added = super().append(session_id, event, expected=expected, claim=claim)
        self.sent.append((event.type, added))
        return added

    def durable(self) -> list[str]:
        return [event_type for event_type, added in self.sent if added.done()]


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[Store]:
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


def resumption(store: Store, bank: SmallBank) -> Resumption:
    return Resumption(store=store, composer=bank, verifier=bank.verifier, deliveries=3)


async def types(store: Store) -> list[str]:
    return [entry.event.type for entry in await store.read("s")]


async def last(store: Store):
    return (await store.read("s"))[-1].event


async def test_a_session_runs_to_its_outcome_and_every_event_is_in_the_log(store):
    await store.create("s", CREATED)
    await resumption(store, SmallBank(Patient([HALF, GOOD]))).take_up("s")
    assert await types(store) == [
        "session_created",
        "delivered",
        "attempt_started",
        "attempt_finished",
        "attempt_started",
        "attempt_finished",
        "solved",
    ]
    solved = await last(store)
    assert isinstance(solved, SolvedWire)
    assert (solved.cost, solved.attempt, solved.proposer) == (2, 2, "patient")


async def test_a_session_whose_budget_ends_is_exhausted_and_names_its_best_attempt(store):
    await store.create("s", CREATED)
    await resumption(store, SmallBank(Patient([BROKEN, HALF, PROSE, BROKEN]))).take_up("s")
    assert await last(store) == ExhaustedWire(limit="attempts", best=2)


async def test_a_session_that_has_ended_is_left_alone(store):
    await store.create("s", CREATED)
    await store.append("s", CancelledWire(), expected=1)
    await resumption(store, SmallBank(Patient([GOOD]))).take_up("s")
    assert await types(store) == ["session_created", "cancelled"]


async def test_an_erased_session_is_nobody_s_trouble(store):
    await resumption(store, SmallBank(Patient([GOOD]))).take_up("s")


async def test_a_broken_critic_fails_the_session_and_never_accepts(store):
    await store.create("s", CREATED)
    await resumption(store, SmallBank(Patient([GOOD]), critics=[Broken()])).take_up("s")
    failed = await last(store)
    assert isinstance(failed, FailedWire)
    assert "critic 'broken' broke" in failed.reason


async def test_a_proposer_that_cannot_go_on_fails_the_session_and_says_why(store):
    await store.create("s", CREATED)
    await resumption(store, SmallBank(Replay([HALF]))).take_up("s")
    failed = await last(store)
    assert isinstance(failed, FailedWire)
    assert "no answer for attempt 2" in failed.reason


async def test_a_defect_fails_the_session_and_keeps_its_details_to_itself(store, caplog):
    await store.create("s", CREATED)
    await resumption(store, BrokenBank(Patient([GOOD]))).take_up("s")
    assert await last(store) == FailedWire(reason="internal error (KeyError)")
    assert "secret of the house" in caplog.text


async def test_finished_attempts_are_not_asked_for_again(store):
    await store.create("s", CREATED)
    first = Gated([HALF, BROKEN, GOOD], through=[1, 2])
    running = asyncio.create_task(resumption(store, SmallBank(first)).take_up("s"))
    await first.reached.wait()
    running.cancel()
    await asyncio.wait([running])
    assert first.asked == [1, 2]
    assert (await types(store))[-2:] == ["attempt_started", "released"]

    second = Patient([PROSE, PROSE, GOOD])
    await resumption(store, SmallBank(second)).take_up("s")
    assert second.asked == [3]
    told = tell("s", await store.read("s"))
    assert told.status is Status.SOLVED
    assert [made.number for made in told.attempts] == [1, 2, 3]


async def test_what_was_spent_before_counts_after(store):
    request = replace(REQUEST, budget=Budget(attempts=9, tokens=31, seconds=None))
    await store.create("s", SessionCreatedWire.of(request))
    first = Gated([HALF], through=[1])
    running = asyncio.create_task(resumption(store, SmallBank(first)).take_up("s"))
    await first.reached.wait()
    running.cancel()
    await asyncio.wait([running])
    second = Patient([HALF])
    await resumption(store, SmallBank(second)).take_up("s")
    assert second.asked == [2, 3]
    assert await last(store) == ExhaustedWire(limit="tokens", best=1)


async def test_a_writer_left_behind_stops_at_its_next_event(store):
    await store.create("s", CREATED)
    left = Gated([GOOD])
    running = asyncio.create_task(resumption(store, SmallBank(left)).take_up("s"))
    await left.reached.wait()
    await resumption(store, SmallBank(Patient([GOOD]))).take_up("s")
    before = await types(store)
    left.gate.set()
    await running
    assert await types(store) == before
    assert before.count("solved") == 1


async def test_a_session_over_which_three_workers_were_lost_is_given_up(store):
    await store.create("s", CREATED)
    for sequence in (1, 2, 3):
        await store.append("s", DeliveredWire(), expected=sequence)
    proposer = Patient([GOOD])
    await resumption(store, SmallBank(proposer)).take_up("s")
    failed = await last(store)
    assert isinstance(failed, FailedWire)
    assert "taken up 3 times" in failed.reason
    assert proposer.asked == []


async def test_workers_that_shut_down_are_not_counted_as_lost(store):
    await store.create("s", CREATED)
    for _ in range(5):
        waiting = Gated([GOOD])
        running = asyncio.create_task(resumption(store, SmallBank(waiting)).take_up("s"))
        await waiting.reached.wait()
        running.cancel()
        await asyncio.wait([running])
    await resumption(store, SmallBank(Patient([GOOD]))).take_up("s")
    assert (await store.head("s")).status is Status.SOLVED


async def test_a_session_that_gets_on_may_lose_any_number_of_workers(store):
    await store.create("s", SessionCreatedWire.of(replace(REQUEST, budget=Budget(attempts=9))))
    sequence = 1
    finished = await finished_attempt(store)
    for _ in range(5):
        await store.append("s", DeliveredWire(), expected=sequence)
        await store.append("s", finished, expected=sequence + 1)
        sequence += 2
    assert tell("s", await store.read("s")).lost == 0


async def finished_attempt(store: Store):
    await store.create("other", CREATED)
    bank = SmallBank(Patient([HALF]))
    await resumption(store, bank).take_up("other")
    return (await store.read("other"))[3].event


async def test_a_log_that_makes_no_request_fails_and_says_so(store):
    await store.create("s", CREATED.model_copy(update={"cost_bound": "cheap"}))
    await resumption(store, SmallBank(Patient([GOOD]))).take_up("s")
    failed = await last(store)
    assert isinstance(failed, FailedWire)
    assert "cannot be used" in failed.reason


async def test_what_was_paid_for_is_durable_before_more_is_asked_for(tmp_path):
    async with Watched(tmp_path / "watched.db") as store:

        class Careful(Patient):
            async def propose(self, task, ask, trace, remaining):
                assert store.durable().count("attempt_finished") == len(trace)
                return await super().propose(task, ask, trace, remaining)

        await store.create("s", CREATED)
        await resumption(store, SmallBank(Careful([HALF, BROKEN, GOOD]))).take_up("s")
        assert (await store.head("s")).status is Status.SOLVED


async def test_an_outcome_is_on_its_way_together_with_the_attempt_it_follows_from(tmp_path):
    async with Watched(tmp_path / "watched.db") as store:
        await store.create("s", CREATED)
        await resumption(store, SmallBank(Patient([HALF, GOOD]))).take_up("s")
        assert store.durable_before["solved"].count("attempt_finished") == 1
        assert store.durable()[-2:] == ["attempt_finished", "solved"]


async def test_of_events_sent_after_somebody_else_wrote_none_gets_in_though_its_number_fits(store):
    await store.create("s", CREATED)
    writer = Writer(store, "s", 1)
    await store.append("s", DeliveredWire(), expected=1)
    for _ in range(3):
        writer.send(ReleasedWire())
    with pytest.raises(StaleWriter):
        await writer.settle()
    assert await types(store) == ["session_created", "delivered"]


async def test_a_writer_that_lets_go_leaves_nothing_for_asyncio_to_report(store):
    await store.create("s", CREATED)
    reported: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    writer = Writer(store, "s", 0)
    for _ in range(3):
        writer.send(DeliveredWire())
    with pytest.raises(StaleWriter):
        await writer.settle()
    writer.let_go()
    await store.ping()
    gc.collect()
    assert reported == []


async def test_a_writer_stops_at_the_event_after_one_that_was_refused(store):
    await store.create("s", CREATED)
    writer = Writer(store, "s", 0)
    writer.send(DeliveredWire())
    await store.ping()
    with pytest.raises(StaleWriter):
        writer.send(DeliveredWire())


async def test_a_session_released_just_after_an_event_counts_that_event(store):
    """Cancelled while an event is on its way, the writer still knows where the log is."""
    for number in range(20):
        session = f"s{number}"
        await store.create(session, CREATED)
        bank = SmallBank(Patient([HALF, HALF, HALF, GOOD]))
        running = asyncio.create_task(resumption(store, bank).take_up(session))
        for _ in range(number * 3):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        head = await store.head(session)
        assert head.status in {Status.QUEUED, Status.SOLVED}
        await resumption(store, bank).take_up(session)
        assert (await store.head(session)).status is Status.SOLVED


async def test_a_store_that_is_away_stops_the_session_and_leaves_it_unfinished(tmp_path):
    async with SqliteStore(tmp_path / "away.db") as store:
        await store.create("s", CREATED)
        proposer = Gated([GOOD])
        running = asyncio.create_task(resumption(store, SmallBank(proposer)).take_up("s"))
        await proposer.reached.wait()
    proposer.gate.set()
    with pytest.raises(StoreUnavailable):
        await running
    async with SqliteStore(tmp_path / "away.db") as store:
        assert [head.session_id for head in await store.unfinished()] == ["s"]


async def test_the_task_of_a_log_is_the_one_that_was_accepted(store):
    await store.create("s", CREATED)
    seen: list[Task] = []

    class Curious(Patient):
        async def propose(self, task, ask, trace, remaining):
            seen.append(task)
            return await super().propose(task, ask, trace, remaining)

    await resumption(store, SmallBank(Curious([GOOD]))).take_up("s")
    assert seen == [REQUEST.task]
