"""Sessions in Redis: for as many processes as wanted. What it does at once, scripts do."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from app.sessions.batches import Batches
from app.sessions.clock import microseconds
from app.sessions.cursor import cursor, number_of
from app.sessions.errors import (
    KeyReused,
    SessionUnfinished,
    TooManyAtOnce,
    UnknownSession,
)
from app.sessions.notices import Notices
from app.sessions.redis_appends import Append, Appends
from app.sessions.redis_batches import RedisBatches
from app.sessions.redis_calls import RedisCalls
from app.sessions.redis_connection import connect, examine
from app.sessions.redis_news import RedisNews
from app.sessions.redis_notices import RedisNotices
from app.sessions.redis_reads import read_heads, read_log, unfinished_ids
from app.sessions.redis_rows import head_of, list_key, tenant_of_batch, told
from app.sessions.round_trips import RoundTrips
from app.sessions.status import Status, status_after
from app.sessions.store import Claim, Entry, Filter, Head, IdempotencyKey, Page
from app.sessions.waiting import Waiting, concerns
from app.sessions.wire import StoredEvent, written
from app.sessions.wire_request import SessionCreatedWire

# All keys have one hash tag, so they would lie together.
PREFIX = "{modulo}:"
EXPIRED_AT_ONCE = 100


class RedisStore:
    """A `Store` in Redis 7 or newer, or Valkey. Open it on the event loop that uses it.

    Args:
        url: Where it is, such as `redis://localhost:6379/0?max_connections=32`.
        prefix: What the names of all keys begin with.
        append_patience_seconds: How long an event waits for Redis to come back: what it
            tells of is paid for.
        patience_seconds: How long all else waits.

    Attributes:
        notices: What is owed to webhooks, in the same Redis.
        batches: What was asked for together, in the same Redis.
    """

    notices: Notices
    batches: Batches

    def __init__(
        self,
        url: str,
        *,
        prefix: str = PREFIX,
        append_patience_seconds: float = 30.0,
        patience_seconds: float = 3.0,
    ) -> None:
        client = connect(url)
        self._prefix = prefix
        self._calls = RedisCalls(client, prefix=prefix, patience_seconds=patience_seconds)
        self._appends = Appends(self._calls, patience_seconds=append_patience_seconds)
        self._heads = RoundTrips[str, Head](
            partial(read_heads, self._calls), patience_seconds=patience_seconds
        )
        self._waiting = Waiting()
        self._news = RedisNews(
            client,
            prefix=prefix,
            told=self._told,
            look_again=self._waiting.look_again,
            patience_seconds=patience_seconds,
        )
        self.notices = RedisNotices(self._calls)
        self.batches = RedisBatches(self._calls)

    async def __aenter__(self) -> Self:
        try:
            await self._calls.patiently(lambda: examine(self._calls.client, self._prefix))
        except BaseException:
            await self._calls.client.aclose()
            raise
        self._appends.open()
        self._heads.open()
        self._news.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._appends.close()
        await self._heads.close()
        await self._news.close()
        await self._calls.client.aclose()
        await self._calls.client.connection_pool.disconnect()

    async def create(
        self,
        session_id: str,
        created: SessionCreatedWire,
        *,
        key: IdempotencyKey | None = None,
        most_at_once: int | None = None,
    ) -> Head:
        """Begin a log; see `Store`."""
        origin = created.origin.origin()
        fields = {
            "tenant": origin.tenant,
            "key": origin.key,
            "lane": origin.lane.value,
            "batch": origin.batch,
            "label": origin.label,
            "webhook": None if created.webhook is None else "1",
            "name": None if key is None else _name(key),
            "fingerprint": None if key is None else key.fingerprint,
        }
        outcome, *begun = await self._calls.run(
            "create",
            session_id,
            uuid4().hex,
            written(created),
            "" if most_at_once is None else most_at_once,
            *(
                text
                for field, value in fields.items()
                if value is not None
                for text in (field, value)
            ),
        )
        match outcome:
            case "made" | "known":
                return head_of(begun[0], begun[1])
            case "reused" if key is not None:
                raise KeyReused(key.key)
            case "too many" if most_at_once is not None:
                raise TooManyAtOnce(most_at_once)
            case _:
                raise ValueError(f"there is a session {session_id!r} already")

    async def find(self, key: IdempotencyKey) -> Head | None:
        """Give the session begun under a key; see `Store`."""
        found = await self._calls.run("find", _name(key), key.fingerprint)
        if not found:
            return None
        if found[0] == "reused":
            raise KeyReused(key.key)
        return head_of(found[1], found[2])

    def append(
        self, session_id: str, event: StoredEvent, *, expected: int, claim: Claim | None = None
    ) -> Awaitable[Head]:
        """Add an event if nobody else did; see `Store`."""
        return self._appends.call(
            Append(
                session_id=session_id,
                expected=expected,
                claim=claim or Claim(),
                status=status_after(Status.QUEUED, event.type),
                line=written(event),
            )
        )

    async def head(self, session_id: str) -> Head:
        """Say where a log stands; see `Store`."""
        return await self._heads.call(session_id)

    async def read(
        self, session_id: str, *, after: int = 0, most: int | None = None
    ) -> tuple[Entry, ...]:
        """Give the events behind a number; see `Store`."""
        entries = await read_log(self._calls, session_id, after, most)
        if not entries:
            # There may be nothing new; or there is no such session.
            await self.head(session_id)
        return entries

    async def wait(self, session_id: str, *, after: int, timeout_seconds: float) -> Head:
        """Wait for more; see `Store`."""
        return await self._wait(session_id, after, timeout_seconds)

    async def wait_for_end(self, session_id: str, *, timeout_seconds: float) -> Head:
        """Wait for the outcome; see `Store`."""
        return await self._wait(session_id, None, timeout_seconds)

    async def page(
        self, *, limit: int, after: str | None = None, wanted: Filter | None = None
    ) -> Page:
        """List sessions; see `Store`."""
        filtered = wanted or Filter()
        found = await self._calls.run(
            "page",
            list_key(self._prefix, filtered),
            tenant_of_batch(filtered),
            "+inf" if after is None else f"({number_of(after)}",
            limit + 1,
        )
        given = found[:limit]
        return Page(
            heads=tuple(head_of(session_id, values) for _, session_id, values in given),
            next=cursor(int(given[-1][0])) if len(found) > limit else None,
        )

    async def unfinished(self) -> tuple[Head, ...]:
        """Say where the sessions without an outcome stand; see `Store`."""
        named = await unfinished_ids(self._calls)
        found = await asyncio.gather(
            *(self._heads.call(session_id) for session_id in named), return_exceptions=True
        )
        for problem in found:
            if isinstance(problem, BaseException) and not isinstance(problem, UnknownSession):
                raise problem
        heads = (head for head in found if isinstance(head, Head))
        return tuple(head for head in heads if not head.status.ended)

    async def counts(self, wanted: Filter | None = None) -> Mapping[Status, int]:
        """Count the sessions by status; see `Store`."""
        filtered = wanted or Filter()
        statuses = [filtered.status] if filtered.status is not None else list(Status)
        keys = [
            list_key(
                self._prefix, Filter(status=status, tenant=filtered.tenant, batch=filtered.batch)
            )
            for status in statuses
        ]
        counted = await self._calls.run("counts", tenant_of_batch(filtered), *keys)
        return {status: number for status, number in zip(statuses, counted, strict=True) if number}

    async def erase(self, session_id: str) -> None:
        """Forget an ended session; see `Store`."""
        tries = 0

        async def erase() -> Any:
            nonlocal tries
            tries += 1
            return await self._calls.run_once("erase", session_id)

        match await self._calls.patiently(erase):
            case "unfinished":
                raise SessionUnfinished(session_id)
            # At a second try it may be this very call that has erased it.
            case "unknown" if tries == 1:
                raise UnknownSession(session_id)

    async def expire(self, *, ended_before: datetime, limit: int) -> int:
        """Forget sessions that ended a while ago; see `Store`."""
        moment, forgotten = microseconds(ended_before), 0
        while forgotten < limit:
            # Some at a time: Redis does nothing else meanwhile.
            most = min(limit - forgotten, EXPIRED_AT_ONCE)
            number = int(await self._calls.run("expire", moment, most))
            forgotten += number
            if number < most:
                break
        return forgotten

    async def ping(self) -> None:
        """Read something; see `Store`. It fails at once, for who asks wants to know."""
        client = self._calls.client
        await self._calls.once(lambda: client.exists(f"{self._prefix}format"))

    async def _wait(self, session_id: str, after: int | None, timeout_seconds: float) -> Head:
        if not self._news.hears(session_id):
            # Often there is something already, and nothing to listen for.
            head = await self.head(session_id)
            if concerns(head, after):
                return head
        async with self._news.of(session_id):
            # Whoever follows a session has just had the last news of it.
            known = self._news.latest(session_id)
            return await self._waiting.wait(self, session_id, after, timeout_seconds, known=known)

    def _told(self, session_id: str, news: str) -> Head:
        head = told(session_id, news)
        self._waiting.tell(head)
        return head


def _name(key: IdempotencyKey) -> str:
    # No header can hold the separator, so no tenant can name a key of another.
    return f"{key.tenant}\0{key.key}"
