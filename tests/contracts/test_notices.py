"""What every store owes to webhooks. One suite, run against each implementation."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.sessions.notices import Notice
from app.sessions.wire import CancelledWire, DeliveredWire, FailedWire
from tests.app.sessions.parts import CREATED

HOOKED = CREATED.model_copy(update={"webhook": "https://hooks.example.org/modulo/1"})


@pytest.fixture
def notices(storage):
    return storage.notices


async def end(store, *names: str) -> None:
    for name in names:
        await store.create(name, HOOKED)
        await store.append(name, CancelledWire(), expected=1)


async def test_an_outcome_makes_the_notice_due_and_nothing_before_does(store, notices):
    await store.create("s", HOOKED)
    await store.append("s", DeliveredWire(), expected=1)
    assert await notices.claim(lease_seconds=60) is None
    await store.append("s", FailedWire(reason="broken"), expected=2)
    assert await notices.claim(lease_seconds=60) == Notice(session_id="s", tries=0)


async def test_no_notice_is_owed_where_none_was_asked_for(store, notices):
    await store.create("s", CREATED)
    await store.append("s", CancelledWire(), expected=1)
    assert await notices.claim(lease_seconds=60) is None


async def test_notices_are_claimed_in_the_order_in_which_they_became_due(store, notices):
    await end(store, "b", "a", "c")
    claimed = [await notices.claim(lease_seconds=60) for _ in range(4)]
    assert [notice and notice.session_id for notice in claimed] == ["b", "a", "c", None]


async def test_of_many_that_claim_at_once_each_notice_goes_to_one(store, notices):
    await end(store, *(f"s{number}" for number in range(5)))
    claimed = await asyncio.gather(*(notices.claim(lease_seconds=60) for _ in range(20)))
    assert sorted(notice.session_id for notice in claimed if notice) == [
        f"s{number}" for number in range(5)
    ]


async def test_a_notice_whose_lease_is_over_is_due_again_and_says_how_often(store, notices):
    await end(store, "s")
    tries = []
    for _ in range(3):
        notice = await notices.claim(lease_seconds=0.05)
        tries.append(notice.tries)
        assert await notices.claim(lease_seconds=0.05) is None
        await asyncio.sleep(0.06)
    assert tries == [0, 1, 2]


async def test_a_notice_that_is_done_does_not_come_back(store, notices):
    await end(store, "s")
    await notices.claim(lease_seconds=0)
    await notices.settle("s", again_at=None)
    assert await notices.claim(lease_seconds=0) is None
    # Another that held it too long may still say so.
    await notices.settle("s", again_at=datetime.now(UTC))
    assert await notices.claim(lease_seconds=0) is None


async def test_a_notice_can_be_put_off(store, notices):
    await end(store, "s")
    await notices.claim(lease_seconds=60)
    await notices.settle("s", again_at=datetime.now(UTC) + timedelta(hours=1))
    assert await notices.claim(lease_seconds=60) is None
    await notices.settle("s", again_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await notices.claim(lease_seconds=60) == Notice(session_id="s", tries=1)


async def test_a_session_that_is_forgotten_owes_nothing(store, notices):
    await end(store, "erased", "expired")
    await store.erase("erased")
    assert await store.expire(ended_before=datetime.now(UTC) + timedelta(hours=1), limit=9) == 1
    assert await notices.claim(lease_seconds=0) is None
    await notices.settle("erased", again_at=None)


async def test_what_is_owed_is_owed_when_the_store_is_opened_again(opened):
    async with opened() as store:
        await end(store, "s")
        await store.notices.claim(lease_seconds=0)
    async with opened() as store:
        assert await store.notices.claim(lease_seconds=60) == Notice(session_id="s", tries=1)
