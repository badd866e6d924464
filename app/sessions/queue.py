"""What a queue of sessions owes. It holds ids and nothing else: all else stands in the logs."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from app.sessions.origin import DEFAULT_TENANT, Lane

Run: TypeAlias = Callable[[str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A session's place in the queue.

    Attributes:
        session_id: Its name.
        lane: Which line it stands in.
        tenant: Whose it is; the lines may bound each tenant, or take turns between them.
    """

    session_id: str
    lane: Lane = Lane.INTERACTIVE
    tenant: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many sessions run side by side.

    Attributes:
        interactive: Of the interactive lane in this process, at least 1.
        batch: Of the batch lane in this process, at least 1.
        tenant: Of one tenant and lane, in all processes that share the queue; None is no
            bound.
    """

    interactive: int = 64
    batch: int = 16
    tenant: int | None = None

    def of(self, lane: Lane) -> int:
        """Give the places of a lane."""
        return self.interactive if lane is Lane.INTERACTIVE else self.batch


class GivenBack(Exception):
    """A session was given back before its end, and is to be run again."""


class RunsElsewhere(Exception):
    """Somebody else has taken a session up: here it is over, and none of our business."""


class Queue(Protocol):
    """Has sessions run, by id and in order, so many of them at a time.

    Each lane has places of its own. With a bound on each tenant (`Places.tenant`) one with many
    sessions does not take them all; whether tenants take turns besides is the queue's own.

    What it forgets when it is closed, or when the process is lost, stands unfinished in its
    log and is submitted again at the next start.
    """

    @property
    def ready(self) -> bool:
        """What is submitted is run, here or elsewhere."""
        ...

    @property
    def leaving(self) -> bool:
        """What runs here is to be given back as soon as nothing is lost by it."""
        ...

    async def open(self, run: Run | None) -> None:
        """Begin to run what is submitted.

        Args:
            run: Runs a session. Cancelled, it gives the session back and raises
                `CancelledError`. It raises `RunsElsewhere` where another has taken the
                session up. Whatever else it raises means that the session cannot be run
                now: it is run again after a while, and its place is free meanwhile.
                None where this process only submits, and others run.
        """
        ...

    def pause(self) -> None:
        """Take nothing up any more, and be `leaving`; what runs goes on, until `close`."""
        ...

    async def close(self) -> None:
        """Cancel what runs, and wait until it has let go. Nothing is run afterwards."""
        ...

    async def submit(self, ticket: Ticket) -> None:
        """Have a session run. Once in the queue or running, it is not taken up twice.

        Raises:
            StoreUnavailable: the queue cannot be reached.
        """
        ...

    async def submit_all(self, tickets: Iterable[Ticket]) -> None:
        """Have sessions run that may have been lost; cheap for those that are not.

        Raises:
            StoreUnavailable: the queue cannot be reached.
        """
        ...

    async def cancel(self, session_id: str) -> None:
        """Take a session out of the queue, or stop it where it runs, as soon as may be.

        Raises:
            StoreUnavailable: the queue cannot be reached.
        """
        ...
