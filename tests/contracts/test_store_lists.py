"""What every store owes of its lists. One suite, run against each implementation."""

import pytest

from app.modulo.budget import Limit
from app.sessions.errors import UnknownCursor
from app.sessions.status import Status
from app.sessions.store import Filter, Store
from app.sessions.wire import CancelledWire, DeliveredWire, ExhaustedWire
from app.sessions.wire_request import OriginWire, SessionCreatedWire
from tests.app.sessions.parts import CREATED


def of(tenant: str, batch: str | None = None) -> SessionCreatedWire:
    return CREATED.model_copy(update={"origin": OriginWire(tenant=tenant, batch=batch)})


async def walk(store: Store, limit: int, wanted: Filter | None = None) -> list[list[str]]:
    """Give the ids on all pages."""
    pages, cursor = [], None
    while True:
        page = await store.page(limit=limit, after=cursor, wanted=wanted)
        pages.append([head.session_id for head in page.heads])
        if (cursor := page.next) is None:
            return pages


async def test_sessions_are_counted_by_status(store):
    for name in ("a", "b", "c"):
        await store.create(name, CREATED)
    await store.append("c", ExhaustedWire(limit=Limit.ATTEMPTS), expected=1)
    counts = await store.counts()
    assert {status: number for status, number in counts.items() if number} == {
        Status.QUEUED: 2,
        Status.EXHAUSTED: 1,
    }


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


async def fill(store: Store) -> None:
    """Sessions of two tenants and of a batch of each; the even ones have ended."""
    whose = [of("t"), of("u"), of("t", "of t"), of("u", "of u")]
    for number in range(16):
        await store.create(f"s{number}", whose[number // 2 % 4])
        if number % 2 == 0:
            await store.append(f"s{number}", CancelledWire(), expected=1)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(tenant="t"), [13, 12, 9, 8, 5, 4, 1, 0]),
        (Filter(tenant="nobody"), []),
        (Filter(tenant="t", status=Status.CANCELLED), [12, 8, 4, 0]),
        (Filter(status=Status.QUEUED), [15, 13, 11, 9, 7, 5, 3, 1]),
        (Filter(batch="of u"), [15, 14, 7, 6]),
        (Filter(batch="of u", status=Status.QUEUED), [15, 7]),
        (Filter(batch="of u", tenant="u"), [15, 14, 7, 6]),
        (Filter(batch="of u", tenant="t"), []),
        (Filter(batch="of u", tenant="u", status=Status.QUEUED), [15, 7]),
        (Filter(batch="of u", tenant="t", status=Status.QUEUED), []),
    ],
    ids=str,
)
async def test_lists_and_counts_hold_what_is_wanted_and_nothing_else(store, wanted, ids):
    await fill(store)
    pages = await walk(store, 3, wanted)
    assert [name for page in pages for name in page] == [f"s{number}" for number in ids]
    assert [len(page) for page in pages[:-1]] == [3] * (len(pages) - 1)
    ended = sum(number % 2 == 0 for number in ids)
    counted = {Status.CANCELLED: ended, Status.QUEUED: len(ids) - ended}
    counts = await store.counts(wanted)
    assert dict(counts) == {status: number for status, number in counted.items() if number}


async def test_counts_follow_sessions_from_status_to_status_and_out(store):
    await store.create("s", of("t", "b"))
    seen = []
    for event in (DeliveredWire(), CancelledWire()):
        seen.append(dict(await store.counts(Filter(batch="b"))))
        await store.append("s", event, expected=len(seen))
    seen.append(dict(await store.counts(Filter(tenant="t"))))
    await store.erase("s")
    assert seen == [{Status.QUEUED: 1}, {Status.RUNNING: 1}, {Status.CANCELLED: 1}]
    for wanted in (None, Filter(tenant="t"), Filter(batch="b")):
        assert dict(await store.counts(wanted)) == {}


async def test_a_cursor_outlives_the_session_that_it_was_made_at(store):
    for number in range(6):
        await store.create(f"s{number}", CREATED)
        await store.append(f"s{number}", CancelledWire(), expected=1)
    page = await store.page(limit=2)
    for head in page.heads:
        await store.erase(head.session_id)
    await store.erase("s2")
    await store.create("later", CREATED)
    rest = await store.page(limit=10, after=page.next)
    assert [head.session_id for head in rest.heads] == ["s3", "s1", "s0"]
