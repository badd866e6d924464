"""Keeping house over a real store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.sessions.errors import StoreUnavailable
from app.sessions.keeping import Rounds, expire, keeping
from app.sessions.sqlite import SqliteStore
from app.sessions.store import Store
from app.sessions.wire import CancelledWire
from tests.app.sessions.parts import CREATED

OFTEN = Rounds(sweep_seconds=0.02, expire_seconds=0.02, bite=2, pause_seconds=0.0)
AT_ONCE = timedelta(0)
A_DAY = timedelta(days=1)


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


async def ended(store: Store, *session_ids: str) -> None:
    for session_id in session_ids:
        await store.create(session_id, CREATED)
        await store.append(session_id, CancelledWire(), expected=1)


async def left(store: Store) -> set[str]:
    return {head.session_id for head in (await store.page(limit=100)).heads}


async def until(there) -> None:
    async with asyncio.timeout(10):
        while not await there():  # noqa: ASYNC110  # a store has no event to wait for
            await asyncio.sleep(0.01)


async def test_sessions_that_ended_long_ago_are_forgotten_however_many(store):
    await ended(store, "a", "b", "c", "d", "e")
    await store.create("unfinished", CREATED)
    await expire(store, retention=AT_ONCE, rounds=OFTEN)
    assert await left(store) == {"unfinished"}


async def test_sessions_that_ended_a_short_while_ago_are_remembered(store):
    await ended(store, "a", "b", "c")
    await expire(store, retention=A_DAY, rounds=OFTEN)
    assert await left(store) == {"a", "b", "c"}


async def test_house_is_kept_again_and_again(store):
    swept = 0

    async def sweep() -> None:
        nonlocal swept
        swept += 1

    async def gone() -> bool:
        return swept > 2 and not await left(store)

    async with keeping(store, retention=AT_ONCE, sweep=sweep, rounds=OFTEN):
        await ended(store, "a")
        await until(gone)
        await ended(store, "b")
        await until(gone)


async def test_a_sweep_that_fails_is_tried_again(store):
    problems = [StoreUnavailable("away"), RuntimeError("a defect")]
    swept = asyncio.Event()

    async def sweep() -> None:
        if problems:
            raise problems.pop(0)
        swept.set()

    async with (
        keeping(store, retention=A_DAY, sweep=sweep, rounds=OFTEN),
        asyncio.timeout(10),
    ):
        await swept.wait()


async def test_nothing_is_kept_once_it_is_left(store):
    swept = 0

    async def sweep() -> None:
        nonlocal swept
        swept += 1

    async with keeping(store, retention=A_DAY, sweep=sweep, rounds=OFTEN):
        await asyncio.sleep(0.1)
    before = swept
    await asyncio.sleep(0.1)
    assert swept == before
