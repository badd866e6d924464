"""What every store owes. One suite, run against each implementation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

import pytest

from app.modulo.budget import Limit
from app.sessions.errors import (
    KeyReused,
    SessionUnfinished,
    StaleWriter,
    UnknownCursor,
    UnknownSession,
)
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.store import Filter, IdempotencyKey, Store, follow
from app.sessions.wire import (
    CancelledWire,
    DeliveredWire,
    ExhaustedWire,
    FailedWire,
    ReleasedWire,
)
from tests.app.sessions.parts import CREATED


def sqlite(folder: Path) -> AbstractAsyncContextManager[Store]:
    return SqliteStore(folder / "sessions.db")


# A store that outlives its process is opened a second time on the same folder.
STORES = [pytest.param(sqlite, id="sqlite")]


@pytest.fixture(params=STORES)
def opened(request, tmp_path):
    """Open the store: each call opens the same one again."""
    return lambda: request.param(tmp_path)


@pytest.fixture
async def store(opened) -> AsyncIterator[Store]:
    async with opened() as store:
        yield store


async def types(store: Store, session_id: str) -> list[str]:
    return [entry.event.type for entry in await store.read(session_id)]


async def test_a_new_session_is_queued_and_its_log_begins_with_the_request(store):
    head = await store.create("s", CREATED)
    assert (head.session_id, head.status, head.sequence) == ("s", Status.QUEUED, 1)
    (entry,) = await store.read("s")
    assert entry.event == CREATED
    assert entry.recorded_at == head.created_at == head.updated_at
    assert await store.head("s") == head


async def test_events_are_numbered_without_gaps_and_read_back_as_written(store):
    await store.create("s", CREATED)
    failed = FailedWire(reason='naïve \u2028 \x85 \x00 \U0001f600 "quoted"\n')
    await store.append("s", DeliveredWire(), expected=1)
    await store.append("s", failed, expected=2)
    entries = await store.read("s")
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.event for entry in entries] == [CREATED, DeliveredWire(), failed]
    assert [entry.sequence for entry in await store.read("s", after=2)] == [3]
    assert await store.read("s", after=3) == ()


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_a_writer_that_is_not_where_the_log_is_gets_refused(store, expected):
    await store.create("s", CREATED)
    with pytest.raises(StaleWriter) as stale:
        await store.append("s", DeliveredWire(), expected=expected)
    assert (stale.value.expected, stale.value.found) == (expected, 1)
    assert await types(store, "s") == ["session_created"]


async def test_of_two_writers_at_once_one_wins_and_the_other_is_told(store):
    await store.create("s", CREATED)
    results = await asyncio.gather(
        *(store.append("s", DeliveredWire(), expected=1) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleWriter) for result in results) == 7
    assert await types(store, "s") == ["session_created", "delivered"]


async def test_events_sent_one_after_another_without_waiting_arrive_in_order(store):
    await store.create("s", CREATED)
    sent = [
        store.append("s", DeliveredWire() if number % 2 else ReleasedWire(), expected=number)
        for number in range(1, 40)
    ]
    heads = await asyncio.gather(*sent)
    assert [head.sequence for head in heads] == list(range(2, 41))


async def test_nothing_comes_after_an_outcome(store):
    await store.create("s", CREATED)
    await store.append("s", CancelledWire(), expected=1)
    with pytest.raises(StaleWriter):
        await store.append("s", DeliveredWire(), expected=2)


async def test_giving_up_waiting_does_not_undo_an_event(store):
    await store.create("s", CREATED)

    async def append():
        await store.append("s", DeliveredWire(), expected=1)

    writing = asyncio.create_task(append())
    await asyncio.sleep(0)
    writing.cancel()
    head = await store.wait("s", after=1, timeout_seconds=5)
    assert head.sequence == 2


async def test_the_status_follows_the_events(store):
    await store.create("s", CREATED)
    seen = []
    for number, event in enumerate(
        [
            DeliveredWire(),
            ReleasedWire(),
            DeliveredWire(),
            ExhaustedWire(limit=Limit.ATTEMPTS),
        ],
        1,
    ):
        seen.append((await store.append("s", event, expected=number)).status)
        assert (await store.head("s")).status is seen[-1]
    assert seen == [Status.RUNNING, Status.QUEUED, Status.RUNNING, Status.EXHAUSTED]


async def test_sessions_are_counted_by_status(store):
    for name in ("a", "b", "c"):
        await store.create(name, CREATED)
    await store.append("c", ExhaustedWire(limit=Limit.ATTEMPTS), expected=1)
    counts = await store.counts()
    assert {status: number for status, number in counts.items() if number} == {
        Status.QUEUED: 2,
        Status.EXHAUSTED: 1,
    }


async def test_a_session_that_is_not_there_is_said_to_be_unknown(store):
    for call in (
        store.head("none"),
        store.read("none"),
        store.append("none", DeliveredWire(), expected=1),
        store.wait("none", after=0, timeout_seconds=5),
        store.wait_for_end("none", timeout_seconds=5),
        store.erase("none"),
    ):
        with pytest.raises(UnknownSession):
            await call


async def test_waiting_ends_with_the_next_event(store):
    await store.create("s", CREATED)
    waiting = asyncio.create_task(store.wait("s", after=1, timeout_seconds=5))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await store.append("s", DeliveredWire(), expected=1)
    assert (await waiting).sequence == 2


async def test_waiting_for_the_end_passes_over_other_events(store):
    await store.create("s", CREATED)
    waiting = asyncio.create_task(store.wait_for_end("s", timeout_seconds=5))
    await store.append("s", DeliveredWire(), expected=1)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await store.append("s", CancelledWire(), expected=2)
    assert (await waiting).status is Status.CANCELLED


async def test_waiting_is_over_at_once_where_there_is_something_already(store):
    await store.create("s", CREATED)
    assert (await store.wait("s", after=0, timeout_seconds=60)).sequence == 1
    await store.append("s", CancelledWire(), expected=1)
    assert (await store.wait("s", after=2, timeout_seconds=60)).status.ended
    assert (await store.wait_for_end("s", timeout_seconds=60)).status.ended


async def test_waiting_ends_after_its_timeout_without_news(store):
    await store.create("s", CREATED)
    assert (await store.wait("s", after=1, timeout_seconds=0.02)).sequence == 1
    assert not (await store.wait_for_end("s", timeout_seconds=0.02)).status.ended


async def test_following_gives_each_event_once_up_to_the_outcome(store):
    await store.create("s", CREATED)

    async def write():
        for number in range(1, 30):
            event = DeliveredWire() if number % 2 else ReleasedWire()
            await store.append("s", event, expected=number)
        await store.append("s", CancelledWire(), expected=30)

    writing = asyncio.create_task(write())
    followed = [entry async for entry in follow(store, "s", after=0, idle_seconds=5)]
    await writing
    assert [entry.sequence for entry in followed] == list(range(1, 32))


async def test_following_says_when_there_is_nothing_new(store):
    await store.create("s", CREATED)
    async with aclosing(follow(store, "s", after=1, idle_seconds=0.01)) as entries:
        assert await anext(entries) is None


async def test_the_same_key_and_request_give_the_same_session(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    assert await store.find(key) is None
    first = await store.create("first", CREATED, key=key)
    second = await store.create("second", CREATED, key=key)
    assert first == second == await store.find(key)
    with pytest.raises(UnknownSession):
        await store.head("second")


async def test_a_key_with_another_request_is_refused(store):
    await store.create("first", CREATED, key=IdempotencyKey(key="k", fingerprint="f"))
    other = IdempotencyKey(key="k", fingerprint="another")
    with pytest.raises(KeyReused):
        await store.find(other)
    with pytest.raises(KeyReused):
        await store.create("second", CREATED, key=other)


async def test_creating_at_once_under_one_key_makes_one_session(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    heads = await asyncio.gather(
        *(store.create(f"s{number}", CREATED, key=key) for number in range(8))
    )
    assert len({head.session_id for head in heads}) == 1


async def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_double(store):
    for number in range(7):
        await store.create(f"s{number}", CREATED)
    seen, cursor = [], None
    while True:
        page = await store.page(limit=3, after=cursor)
        seen.append([head.session_id for head in page.heads])
        await store.create(f"later than page {len(seen)}", CREATED)
        if (cursor := page.next) is None:
            break
    assert seen == [["s6", "s5", "s4"], ["s3", "s2", "s1"], ["s0"]]


async def test_pages_can_hold_one_status_only(store):
    for number in range(4):
        await store.create(f"s{number}", CREATED)
    for number in (0, 2):
        await store.append(f"s{number}", CancelledWire(), expected=1)
    page = await store.page(limit=10, wanted=Filter(status=Status.CANCELLED))
    assert [head.session_id for head in page.heads] == ["s2", "s0"]
    assert page.next is None
    assert (await store.page(limit=10, wanted=Filter(status=Status.SOLVED))).heads == ()


@pytest.mark.parametrize("cursor", ["", "x", "bm", "é", "bm9wZQ", "n12", "=" * 50, "A" * 100])
async def test_a_cursor_of_somebody_else_is_refused(store, cursor):
    with pytest.raises(UnknownCursor):
        await store.page(limit=3, after=cursor)


async def test_unfinished_sessions_are_named_oldest_first(store):
    for number in range(4):
        await store.create(f"s{number}", CREATED)
    await store.append("s1", DeliveredWire(), expected=1)
    await store.append("s2", CancelledWire(), expected=1)
    assert [head.session_id for head in await store.unfinished()] == ["s0", "s1", "s3"]


async def test_an_erased_session_is_gone_and_its_key_is_free_again(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    await store.create("s", CREATED, key=key)
    await store.append("s", CancelledWire(), expected=1)
    await store.erase("s")
    with pytest.raises(UnknownSession):
        await store.read("s")
    assert (await store.create("again", CREATED, key=key)).session_id == "again"


async def test_a_session_that_has_not_ended_is_not_erased(store):
    await store.create("s", CREATED)
    with pytest.raises(SessionUnfinished):
        await store.erase("s")
    assert await types(store, "s") == ["session_created"]


async def test_everything_is_there_when_the_store_is_opened_again(opened):
    async with opened() as store:
        await store.create("s", CREATED)
        await store.append("s", DeliveredWire(), expected=1)
        before = await store.read("s")
    async with opened() as store:
        assert await store.read("s") == before
        assert (await store.head("s")).status is Status.RUNNING
        await store.append("s", CancelledWire(), expected=2)


async def test_a_store_that_answers_can_be_pinged(store):
    await store.ping()
