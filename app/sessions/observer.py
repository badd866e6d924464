"""Who is told what this process writes to the logs of sessions: meters, traces, quotas.

Attempts are told as they are made: they are paid for, whatever becomes of the log. Where a
session begins, ends or is given back is told once it is durable, so over all processes once.
An observer has no say: it cannot hold a session up, and what it raises stays here.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.sessions.errors import SessionError
from app.sessions.history import Told, tell
from app.sessions.origin import Origin
from app.sessions.request import Mode
from app.sessions.store import Head, Store
from app.sessions.wire import StoredEvent
from app.sessions.wire_verdict import ValidWire

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an observer is told of a session besides its events; nothing of its task.

    Attributes:
        session_id: Its name.
        origin: Whose it is, and which lane it waited in.
        created_at: When its first event was written, in UTC.
        mode: How far the model is on its own; None where the log could not be read.
        strategy: As the request names it, or None for the service's own choice.
        attempts: Those that were finished before this process took it up.
        planned: One of them has a valid plan, as the log says.
        first: No worker had taken it up before.
        lost: How many workers were lost over it since its last progress.
    """

    session_id: str
    origin: Origin
    created_at: datetime
    mode: Mode | None = None
    strategy: str | None = None
    attempts: int = 0
    planned: bool = False
    first: bool = False
    lost: int = 0

    @classmethod
    def of(cls, session_id: str, told: Told) -> "Observed":
        """Take from a log what observers may know."""
        return cls(
            session_id=session_id,
            origin=told.created.origin.origin(),
            created_at=told.created_at,
            mode=told.created.mode,
            strategy=told.created.strategy,
            attempts=len(told.attempts),
            planned=any(isinstance(made.verdict, ValidWire) for made in told.attempts),
            first=told.sequence == 1,
            lost=told.lost,
        )

    @classmethod
    def unread(cls, head: Head) -> "Observed":
        """Take what is known of a session whose log cannot be read."""
        return cls(session_id=head.session_id, origin=head.origin, created_at=head.created_at)


class Observer(Protocol):
    """Is told of sessions on the event loop, between two of its turns: be quick, never wait."""

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Take note of an event that this process writes.

        The first of a stretch is `delivered`, the last an outcome or `released`. An outcome
        may also come alone, where this process ended a session that it did not run.

        Args:
            session: Whose log.
            event: What happened; it holds the texts of tasks and answers: do not keep them.
            at: When it happened, in seconds since 1970, UTC.
        """
        ...

    def left(self, session: Observed) -> None:
        """Take note that this process is through with a session that it had taken up.

        Follows the last event of each stretch, and stands alone where another has written
        to the log, or the store is away.
        """
        ...


@dataclass(frozen=True, slots=True)
class Observers:
    """Many observers as one that never raises."""

    each: Sequence[Observer] = ()

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Tell all of an event; see `Observer`."""
        for observer in self.each:
            try:
                observer.saw(session, event, at)
            except Exception:
                log.exception("an observer broke")

    def left(self, session: Observed) -> None:
        """Tell all that a session is left; see `Observer`."""
        for observer in self.each:
            try:
                observer.left(session)
            except Exception:
                log.exception("an observer broke")


async def tell_of_end(store: Store, session_id: str, observers: Observers) -> None:
    """Tell of an outcome that was written without the log being read."""
    if not observers.each:
        return
    # Erased or out of reach by now: there is nothing to tell, and the end stands all the same.
    with suppress(SessionError):
        told = tell(session_id, await store.read(session_id))
        if told.outcome is not None:
            observers.saw(Observed.of(session_id, told), told.outcome, told.updated_at.timestamp())
