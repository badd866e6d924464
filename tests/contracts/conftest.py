"""What the suites of stores run against: each kind, empty."""

from collections.abc import AsyncIterator

import pytest

from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.sessions.storage import Storage
from app.sessions.store import Store


@pytest.fixture(params=["sqlite", "redis"])
def opened(request, tmp_path):
    """Open the store: each call opens the same one again, as after the end of its process."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "sessions.db")
    url = request.getfixturevalue("redis_url")
    return lambda: RedisStore(url)


@pytest.fixture
async def storage(opened) -> AsyncIterator[Storage]:
    async with opened() as store:
        yield Storage(store=store, notices=store.notices, batches=store.batches)


@pytest.fixture
def store(storage) -> Store:
    return storage.store
