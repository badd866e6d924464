"""What a store of sessions owes. The runner and the API know no more of it."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.sessions.clock import time
from app.sessions.errors import BrokenLog
from app.sessions.origin import DEFAULT_TENANT, Origin
from app.sessions.status import Status
from app.sessions.wire import StoredEvent, read
from app.sessions.wire_request import SessionCreatedWire


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event in its log.

    Attributes:
        sequence: Counted from 1 without gaps; the number that fences writers and that
            event streams carry as `id:`.
        recorded_at: When the store wrote it, in UTC.
        event: What happened.
    """

    sequence: int
    recorded_at: datetime
    event: StoredEvent


def entry_of(session_id: str, *, sequence: int, microseconds: int, line: str) -> Entry:
    """Make an entry of what a store has kept.

    Args:
        session_id: Whose log.
        sequence: Its number there.
        microseconds: When it was written, since 1970 in UTC.
        line: The event, as `written` wrote it.

    Raises:
        BrokenLog: the line is no event.
    """
    try:
        event = read(line)
    except ValueError as problem:
        raise BrokenLog(session_id, f"event {sequence}: {problem}") from problem
    return Entry(sequence=sequence, recorded_at=time(microseconds), event=event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a log stands, without its events.

    Attributes:
        session_id: Its name.
        status: The fold over its events.
        sequence: That of the last event.
        created_at: When the first event was written, in UTC.
        updated_at: When the last event was written, in UTC.
        origin: Whose it is, and which line it waits in.
    """

    session_id: str
    status: Status
    sequence: int
    created_at: datetime
    updated_at: datetime
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some sessions, newest first.

    Attributes:
        heads: Where they stand.
        next: Cursor of the page behind this one, or None on the last.
    """

    heads: tuple[Head, ...]
    next: str | None


@dataclass(slots=True, eq=False)
class Claim:
    """One writer's claim to a log, for events that it sends without waiting for each other.

    Attributes:
        lost: An event was refused, so all behind it are, whatever number they expect: where
            somebody else wrote one event, that of the next one would fit. The store sets it.
    """

    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A client's name for one request, so that sending it twice makes one session.

    Attributes:
        key: As the client sent it.
        fingerprint: Hash of the request: another one under the same key is an error.
        tenant: Whose name it is: what others call theirs does not matter.
    """

    key: str
    fingerprint: str
    tenant: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which sessions of a list are wanted; None is any.

    Attributes:
        status: Those that stand so.
        tenant: Those that are this tenant's.
        batch: Those that belong to this batch.
    """

    status: Status | None = None
    tenant: str | None = None
    batch: str | None = None


READ_AT_ONCE = 8


class Store(Protocol):
    """Remembers sessions as logs. What a call has returned from is durable.

    Every method may raise `StoreUnavailable`. Cancelling a call does not say whether it
    took effect; the log does.
    """

    async def create(
        self,
        session_id: str,
        created: SessionCreatedWire,
        *,
        key: IdempotencyKey | None = None,
        most_at_once: int | None = None,
    ) -> Head:
        """Begin a log, or give the session that was begun under the same key.

        Args:
            session_id: Its name, nobody else's.
            created: The request; its origin says whose session it is.
            key: The client's name for the request.
            most_at_once: So many unfinished sessions there may be with the API key of this
                one, itself included; None is no bound.

        Returns:
            The session; its id is another than `session_id` when the key was known.

        Raises:
            KeyReused: the key belongs to another request.
            TooManyAtOnce: the bound is reached.
        """
        ...

    async def find(self, key: IdempotencyKey) -> Head | None:
        """Give the session begun under a key, or None.

        Raises:
            KeyReused: the key belongs to another request.
        """
        ...

    def append(
        self, session_id: str, event: StoredEvent, *, expected: int, claim: Claim | None = None
    ) -> Awaitable[Head]:
        """Add an event, if the log still is where the writer believes it to be.

        The event is on its way when this returns, and the events of one writer arrive in
        the order of the calls; waiting says that it is durable.

        Args:
            session_id: Whose log.
            event: What happened.
            expected: Sequence number of the last event that the writer knows.
            claim: Of a writer that sends events before it knows what became of the last.

        Returns:
            Where the log stands with the event in it. Waiting for that raises
            `UnknownSession` when there is none, or it was erased, and `StaleWriter` when
            the log has gone on without this writer or has ended.
        """
        ...

    async def head(self, session_id: str) -> Head:
        """Say where a log stands.

        Raises:
            UnknownSession: there is none, or it was erased.
        """
        ...

    async def read(
        self, session_id: str, *, after: int = 0, most: int | None = None
    ) -> tuple[Entry, ...]:
        """Give the events behind a sequence number, in order: all of them, or the first `most`.

        Raises:
            UnknownSession: there is none, or it was erased.
            BrokenLog: an event cannot be read.
        """
        ...

    async def wait(self, session_id: str, *, after: int, timeout_seconds: float) -> Head:
        """Wait until a log has gone on behind a sequence number, or has ended.

        Returns:
            Where it stands then, or after the timeout.

        Raises:
            UnknownSession: there is none, or it was erased meanwhile.
        """
        ...

    async def wait_for_end(self, session_id: str, *, timeout_seconds: float) -> Head:
        """Wait until a session has ended.

        Returns:
            Where it stands then, or after the timeout.

        Raises:
            UnknownSession: there is none, or it was erased meanwhile.
        """
        ...

    async def page(
        self, *, limit: int, after: str | None = None, wanted: Filter | None = None
    ) -> Page:
        """List sessions, newest first.

        Args:
            limit: At most so many, at least 1.
            after: Cursor of an earlier page, or None for the first.
            wanted: Which of them; None is all.

        Raises:
            UnknownCursor: the cursor was not made by this store.
        """
        ...

    async def unfinished(self) -> tuple[Head, ...]:
        """Say where the sessions without an outcome stand, oldest first."""
        ...

    async def counts(self, wanted: Filter | None = None) -> Mapping[Status, int]:
        """Count the sessions by status; one that no session has may be missing.

        Args:
            wanted: Which of them; None is all.
        """
        ...

    async def erase(self, session_id: str) -> None:
        """Forget an ended session: its events, its task, its key.

        Raises:
            UnknownSession: there is none, or it was erased.
            SessionUnfinished: it has no outcome yet.
        """
        ...

    async def expire(self, *, ended_before: datetime, limit: int) -> int:
        """Forget sessions that ended a while ago, as `erase` does, those first that ended first.

        Args:
            ended_before: Those that ended before this moment, in UTC.
            limit: At most so many at once.

        Returns:
            How many were forgotten; fewer than `limit` when none is left.
        """
        ...

    async def ping(self) -> None:
        """Read something, to see that the store can."""
        ...


async def follow(
    store: Store, session_id: str, *, after: int, idle_seconds: float
) -> AsyncGenerator[tuple[Entry, ...], None]:
    """Give the events of a log as they come, up to its outcome: those together that are there.

    Args:
        store: Where the log is.
        session_id: Whose log.
        after: Sequence number of the last event that is known already.
        idle_seconds: Yields none after so long without an event.

    Raises:
        UnknownSession: there is none, or it was erased meanwhile.
        BrokenLog: an event cannot be read.
    """
    while True:
        head = await store.wait(session_id, after=after, timeout_seconds=idle_seconds)
        if head.sequence > after:
            # Some at a time: whoever reads slowly, or not at all, holds no more in memory.
            entries = await store.read(session_id, after=after, most=READ_AT_ONCE)
            if entries:
                yield entries
                after = entries[-1].sequence
        elif not head.status.ended:
            yield ()
        if head.status.ended and after >= head.sequence:
            return
