"""Sessions in one SQLite file: durable, embedded, for one process."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from app.sessions import sqlite_rows
from app.sessions.batches import Batches
from app.sessions.clock import microseconds, time
from app.sessions.cursor import number_of
from app.sessions.errors import (
    BrokenLog,
    KeyReused,
    SessionUnfinished,
    StaleWriter,
    TooManyAtOnce,
    UnknownSession,
)
from app.sessions.notices import Notices
from app.sessions.origin import Origin
from app.sessions.sqlite_batches import SqliteBatches
from app.sessions.sqlite_notices import SqliteNotices
from app.sessions.sqlite_schema import SCHEMA
from app.sessions.sqlite_thread import SqliteThread
from app.sessions.status import Status, status_after
from app.sessions.store import Claim, Entry, Filter, Head, IdempotencyKey, Page, entry_of
from app.sessions.waiting import Waiting
from app.sessions.wire import StoredEvent, written
from app.sessions.wire_request import SessionCreatedWire


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """A session on its way to be made; `line` is its first event as text."""

    session_id: str
    line: str
    origin: Origin
    key: IdempotencyKey | None
    most_at_once: int | None
    notify: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """An event on its way to a log; `line` is the event as text."""

    session_id: str
    expected: int
    claim: Claim
    event_type: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Events to be read: those of a log behind a number, or the first `most` of them."""

    session_id: str
    after: int
    most: int | None


class SqliteStore:
    """A `Store` in a file. Open it on the event loop that uses it.

    Who waits is told of events within the process, which is why the file belongs to one.

    Attributes:
        notices: What is owed to webhooks, in the same file.
        batches: What was asked for together, in the same file.
    """

    notices: Notices
    batches: Batches

    def __init__(self, path: Path) -> None:
        """Take the file's path; the file is made when the store is opened."""
        self._sqlite = SqliteThread(path, SCHEMA)
        self._waiting = Waiting()
        self.notices = SqliteNotices(self._sqlite)
        self.batches = SqliteBatches(self._sqlite)

    async def __aenter__(self) -> Self:
        await self._sqlite.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._sqlite.close()

    async def create(
        self,
        session_id: str,
        created: SessionCreatedWire,
        *,
        key: IdempotencyKey | None = None,
        most_at_once: int | None = None,
    ) -> Head:
        """Begin a log; see `Store`."""
        item = Begin(
            session_id=session_id,
            line=written(created),
            origin=created.origin.origin(),
            key=key,
            most_at_once=most_at_once,
            notify=created.webhook is not None,
        )
        return await self._sqlite.call(_create, item)

    async def find(self, key: IdempotencyKey) -> Head | None:
        """Give the session begun under a key; see `Store`."""
        return await self._sqlite.run(lambda connection: sqlite_rows.keyed(connection, key))

    def append(
        self, session_id: str, event: StoredEvent, *, expected: int, claim: Claim | None = None
    ) -> asyncio.Future[Head]:
        """Add an event if nobody else did; see `Store`."""
        item = Append(
            session_id=session_id,
            expected=expected,
            claim=claim or Claim(),
            event_type=event.type,
            line=written(event),
        )
        return self._sqlite.call(_append, item, then=self._waiting.tell)

    async def head(self, session_id: str) -> Head:
        """Say where a log stands; see `Store`."""
        return await self._sqlite.call(_heads, session_id)

    async def read(
        self, session_id: str, *, after: int = 0, most: int | None = None
    ) -> tuple[Entry, ...]:
        """Give the events behind a number; see `Store`."""
        item = Behind(session_id=session_id, after=after, most=most)
        return await self._sqlite.call(_read, item)

    async def wait(self, session_id: str, *, after: int, timeout_seconds: float) -> Head:
        """Wait for more; see `Store`."""
        return await self._waiting.wait(self, session_id, after, timeout_seconds)

    async def wait_for_end(self, session_id: str, *, timeout_seconds: float) -> Head:
        """Wait for the outcome; see `Store`."""
        return await self._waiting.wait(self, session_id, None, timeout_seconds)

    async def page(
        self, *, limit: int, after: str | None = None, wanted: Filter | None = None
    ) -> Page:
        """List sessions; see `Store`."""
        before = None if after is None else number_of(after)
        return await self._sqlite.run(
            lambda connection: sqlite_rows.page(
                connection, limit=limit, before=before, wanted=wanted or Filter()
            )
        )

    async def unfinished(self) -> tuple[Head, ...]:
        """Say where the sessions without an outcome stand; see `Store`."""
        return await self._sqlite.run(sqlite_rows.unfinished)

    async def counts(self, wanted: Filter | None = None) -> Mapping[Status, int]:
        """Count the sessions by status; see `Store`."""
        return await self._sqlite.run(
            lambda connection: sqlite_rows.counts(connection, wanted or Filter())
        )

    async def erase(self, session_id: str) -> None:
        """Forget an ended session; see `Store`."""

        def delete(connection: sqlite3.Connection) -> None:
            row = _row(connection, session_id)
            if not row.head.status.ended:
                raise SessionUnfinished(session_id)
            connection.execute("DELETE FROM sessions WHERE number = ?", (row.number,))

        await self._sqlite.run(delete, checkpoint=True)

    async def expire(self, *, ended_before: datetime, limit: int) -> int:
        """Forget sessions that ended a while ago; see `Store`."""

        def delete(connection: sqlite3.Connection) -> int:
            moment = microseconds(ended_before)
            return sqlite_rows.expire(connection, ended_before=moment, limit=limit)

        return await self._sqlite.run(delete, checkpoint=True)

    async def ping(self) -> None:
        """Read something; see `Store`."""
        await self._sqlite.run(lambda connection: connection.execute("SELECT 1").fetchone())


def _create(connection: sqlite3.Connection, items: Sequence[Begin]) -> list[Head | Exception]:
    """Make sessions, each unless its key is known."""
    results: list[Head | Exception] = []
    for item in items:
        try:
            results.append(_begin(connection, item))
        except (KeyReused, TooManyAtOnce) as refused:
            results.append(refused)
    return results


def _begin(connection: sqlite3.Connection, item: Begin) -> Head:
    known = None if item.key is None else sqlite_rows.keyed(connection, item.key)
    if known is not None:
        return known
    sqlite_rows.refuse_one_too_many(connection, item.origin, item.most_at_once)
    return sqlite_rows.begin(
        connection, item.session_id, item.line, item.origin, item.key, notify=item.notify
    )


def _append(connection: sqlite3.Connection, items: Sequence[Append]) -> list[Head | Exception]:
    """Add events to logs, each if its log is where its writer believes it to be."""
    rows = sqlite_rows.rows(connection, {item.session_id for item in items})
    now = microseconds()
    updated_at = time(now)
    results: list[Head | Exception] = []
    events: list[tuple[int, int, int, str]] = []
    changed: dict[int, Status] = {}
    for item in items:
        if (row := rows.get(item.session_id)) is None:
            results.append(UnknownSession(item.session_id))
            continue
        head = row.head
        if item.claim.lost or head.sequence != item.expected or head.status.ended:
            item.claim.lost = True
            results.append(StaleWriter(item.session_id, item.expected, head.sequence))
            continue
        status = status_after(head.status, item.event_type)
        if status is not head.status:
            changed[row.number] = status
        head = Head(
            session_id=head.session_id,
            status=status,
            sequence=head.sequence + 1,
            created_at=head.created_at,
            updated_at=updated_at,
            origin=head.origin,
        )
        rows[item.session_id] = sqlite_rows.Row(number=row.number, head=head)
        events.append((row.number, head.sequence, now, item.line))
        results.append(head)
    if events:
        sqlite_rows.add_events(connection, events)
    for status in set(changed.values()):
        numbers = [number for number, new in changed.items() if new is status]
        sqlite_rows.set_status(connection, numbers, status, now)
    return results


def _heads(connection: sqlite3.Connection, session_ids: Sequence[str]) -> list[Head | Exception]:
    rows = sqlite_rows.rows(connection, set(session_ids))
    return [
        rows[session_id].head if session_id in rows else UnknownSession(session_id)
        for session_id in session_ids
    ]


def _read(
    connection: sqlite3.Connection, items: Sequence[Behind]
) -> list[tuple[Entry, ...] | Exception]:
    results: list[tuple[Entry, ...] | Exception] = []
    for item in items:
        events = sqlite_rows.events(connection, item.session_id, item.after, item.most)
        try:
            if not events:
                # There may be nothing new; or there is no such session.
                _row(connection, item.session_id)
            entries = (
                entry_of(item.session_id, sequence=number, microseconds=at, line=line)
                for number, at, line in events
            )
            results.append(tuple(entries))
        except (UnknownSession, BrokenLog) as problem:
            results.append(problem)
    return results


def _row(connection: sqlite3.Connection, session_id: str) -> sqlite_rows.Row:
    rows = sqlite_rows.rows(connection, [session_id])
    if session_id not in rows:
        raise UnknownSession(session_id)
    return rows[session_id]
