"""Opens what the settings name: Redis where there is one, else a SQLite file."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.sessions.storage import Storage
from app.settings import Settings


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncGenerator[Storage, None]:
    """Open the storage of these settings, and close it again.

    Raises:
        StoreUnavailable: it cannot be opened.
    """
    remembers = (
        SqliteStore(settings.database)
        if settings.redis_url is None
        else RedisStore(str(settings.redis_url))
    )
    async with remembers as store:
        yield Storage(store=store, notices=store.notices, batches=store.batches)
