"""A store of sessions with somebody who takes the time. It does what the store does."""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from app.sessions.errors import StoreUnavailable
from app.sessions.status import Status
from app.sessions.store import Claim, Entry, Filter, Head, IdempotencyKey, Page, Store
from app.sessions.wire import StoredEvent
from app.sessions.wire_request import SessionCreatedWire
from app.telemetry.meters import Meters

Result = TypeVar("Result")
OPERATIONS = (
    *("create", "find", "append", "head", "read", "page", "unfinished"),
    *("counts", "erase", "expire", "ping"),
)


class WatchedStore:
    """A `Store` whose calls are timed, and whose new sessions are counted.

    What waits for others to write is not timed.

    Args:
        store: Remembers.
        meters: Counts.
    """

    def __init__(self, store: Store, meters: Meters) -> None:
        self._store = store
        self._meters = meters
        # So that rates start at 0, and an alert on the first error fires.
        for operation in OPERATIONS:
            meters.store_errors(operation)

    async def create(
        self,
        session_id: str,
        created: SessionCreatedWire,
        *,
        key: IdempotencyKey | None = None,
        most_at_once: int | None = None,
    ) -> Head:
        """Begin a log; see `Store`."""
        creation = self._store.create(session_id, created, key=key, most_at_once=most_at_once)
        head = await self._timed("create", creation)
        # Another name means that the session was begun before, under the same key.
        if head.session_id == session_id:
            self._meters.began(created)
        return head

    async def find(self, key: IdempotencyKey) -> Head | None:
        """Give the session begun under a key; see `Store`."""
        return await self._timed("find", self._store.find(key))

    def append(
        self, session_id: str, event: StoredEvent, *, expected: int, claim: Claim | None = None
    ) -> Awaitable[Head]:
        """Add an event; see `Store`."""
        began = time.perf_counter()
        added = asyncio.ensure_future(
            self._store.append(session_id, event, expected=expected, claim=claim)
        )
        added.add_done_callback(partial(self._appended, began))
        return added

    async def head(self, session_id: str) -> Head:
        """Say where a log stands; see `Store`."""
        return await self._timed("head", self._store.head(session_id))

    async def read(
        self, session_id: str, *, after: int = 0, most: int | None = None
    ) -> tuple[Entry, ...]:
        """Give the events behind a sequence number; see `Store`."""
        return await self._timed("read", self._store.read(session_id, after=after, most=most))

    async def wait(self, session_id: str, *, after: int, timeout_seconds: float) -> Head:
        """Wait until a log has gone on; see `Store`."""
        return await self._store.wait(session_id, after=after, timeout_seconds=timeout_seconds)

    async def wait_for_end(self, session_id: str, *, timeout_seconds: float) -> Head:
        """Wait until a session has ended; see `Store`."""
        return await self._store.wait_for_end(session_id, timeout_seconds=timeout_seconds)

    async def page(
        self, *, limit: int, after: str | None = None, wanted: Filter | None = None
    ) -> Page:
        """List sessions, newest first; see `Store`."""
        return await self._timed("page", self._store.page(limit=limit, after=after, wanted=wanted))

    async def unfinished(self) -> tuple[Head, ...]:
        """Say where the sessions without an outcome stand; see `Store`."""
        return await self._timed("unfinished", self._store.unfinished())

    async def counts(self, wanted: Filter | None = None) -> Mapping[Status, int]:
        """Count the sessions by status; see `Store`."""
        return await self._timed("counts", self._store.counts(wanted))

    async def erase(self, session_id: str) -> None:
        """Forget an ended session; see `Store`."""
        await self._timed("erase", self._store.erase(session_id))

    async def expire(self, *, ended_before: datetime, limit: int) -> int:
        """Forget sessions that ended a while ago; see `Store`."""
        return await self._timed(
            "expire", self._store.expire(ended_before=ended_before, limit=limit)
        )

    async def ping(self) -> None:
        """Read something; see `Store`."""
        await self._timed("ping", self._store.ping())

    async def _timed(self, operation: str, call: Awaitable[Result]) -> Result:
        began = time.perf_counter()
        try:
            result = await call
        except StoreUnavailable:
            self._meters.store_errors(operation).inc()
            raise
        self._meters.store_time(operation).observe(time.perf_counter() - began)
        return result

    def _appended(self, began: float, added: asyncio.Future[Head]) -> None:
        if added.cancelled():
            return
        problem = added.exception()
        if isinstance(problem, StoreUnavailable):
            self._meters.store_errors("append").inc()
        elif problem is None:
            self._meters.store_time("append").observe(time.perf_counter() - began)
