"""What every store owes of batches. One suite, run against each implementation."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sessions.errors import UnknownBatch, UnknownCursor
from app.sessions.wire import CancelledWire
from app.sessions.wire_request import OriginWire
from tests.app.sessions.parts import CREATED

TOMORROW = timedelta(days=1)


@pytest.fixture
def batches(storage):
    return storage.batches


async def ended(store, name: str, batch: str) -> None:
    created = CREATED.model_copy(update={"origin": OriginWire(tenant="t", batch=batch)})
    await store.create(name, created)
    await store.append(name, CancelledWire(), expected=1)


async def test_a_batch_is_remembered_as_it_was_begun(batches):
    before = datetime.now(UTC) - timedelta(seconds=1)
    begun = await batches.begin("b", tenant="t", total=3)
    assert (begun.batch_id, begun.tenant, begun.total) == ("b", "t", 3)
    assert before < begun.created_at < datetime.now(UTC) + timedelta(seconds=1)
    assert await batches.batch("b") == begun
    assert await batches.begin("b", tenant="u", total=9) == begun


async def test_a_batch_that_is_not_there_is_said_to_be_unknown(batches):
    with pytest.raises(UnknownBatch):
        await batches.batch("none")


async def test_batches_are_listed_for_their_tenant_newest_first(batches):
    for number in range(5):
        await batches.begin(f"b{number}", tenant="t", total=1)
        await batches.begin(f"other {number}", tenant="u", total=1)
    pages, cursor = [], None
    while True:
        page = await batches.page(tenant="t", limit=2, after=cursor)
        pages.append([batch.batch_id for batch in page.batches])
        await batches.begin(f"later than page {len(pages)}", tenant="t", total=1)
        if (cursor := page.next) is None:
            break
    assert pages == [["b4", "b3"], ["b2", "b1"], ["b0"]]
    assert (await batches.page(tenant="nobody", limit=2)).batches == ()


@pytest.mark.parametrize("cursor", ["", "x", "n12"])
async def test_a_cursor_of_somebody_else_is_refused(batches, cursor):
    with pytest.raises(UnknownCursor):
        await batches.page(tenant="t", limit=2, after=cursor)


async def test_a_batch_is_forgotten_with_the_last_of_its_sessions(store, batches):
    await batches.begin("b", tenant="t", total=2)
    await batches.begin("other", tenant="t", total=1)
    for name in ("s0", "s1"):
        await ended(store, name, "b")
    await store.erase("s0")
    assert (await batches.batch("b")).total == 2
    await store.erase("s1")
    with pytest.raises(UnknownBatch):
        await batches.batch("b")
    assert [batch.batch_id for batch in (await batches.page(tenant="t", limit=9)).batches] == [
        "other"
    ]


async def test_batches_are_forgotten_as_their_sessions_expire(store, batches):
    await batches.begin("b", tenant="t", total=2)
    await ended(store, "s0", "b")
    await ended(store, "s1", "b")
    assert await store.expire(ended_before=datetime.now(UTC) + TOMORROW, limit=1) == 1
    await batches.batch("b")
    assert await store.expire(ended_before=datetime.now(UTC) + TOMORROW, limit=1) == 1
    with pytest.raises(UnknownBatch):
        await batches.batch("b")


async def test_a_batch_that_never_got_a_session_is_forgotten_in_time(store, batches):
    begun = await batches.begin("b", tenant="t", total=2)
    await batches.begin("filled", tenant="t", total=2)
    created = CREATED.model_copy(update={"origin": OriginWire(tenant="t", batch="filled")})
    await store.create("s", created)
    assert await store.expire(ended_before=begun.created_at, limit=9) == 0
    assert await batches.batch("b") == begun
    assert await store.expire(ended_before=datetime.now(UTC) + TOMORROW, limit=9) == 0
    with pytest.raises(UnknownBatch):
        await batches.batch("b")
    assert (await batches.batch("filled")).batch_id == "filled"


async def test_all_batches_without_sessions_are_forgotten_however_few_sessions_may_be(
    store, batches
):
    for number in range(5):
        await batches.begin(f"b{number}", tenant="t", total=2)
    assert await store.expire(ended_before=datetime.now(UTC) + TOMORROW, limit=1) == 0
    assert (await batches.page(tenant="t", limit=9)).batches == ()


async def test_a_batch_begun_behind_its_first_session_is_not_taken_for_an_empty_one(store, batches):
    created = CREATED.model_copy(update={"origin": OriginWire(tenant="t", batch="b")})
    await store.create("s", created)
    begun = await batches.begin("b", tenant="t", total=2)
    await store.expire(ended_before=datetime.now(UTC) + TOMORROW, limit=9)
    assert await batches.batch("b") == begun


async def test_batches_are_there_when_the_store_is_opened_again(opened):
    async with opened() as store:
        begun = await store.batches.begin("b", tenant="t", total=2)
    async with opened() as store:
        assert await store.batches.batch("b") == begun
