"""What a log says of its session: a fold over the types of its events."""

from collections.abc import Iterable
from enum import StrEnum
from functools import reduce
from types import MappingProxyType


class Status(StrEnum):
    """Where a session stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SOLVED = "solved"
    EXHAUSTED = "exhausted"
    UNSOLVABLE = "unsolvable"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """An outcome stands in the log; nothing comes after it."""
        return self is not Status.QUEUED and self is not Status.RUNNING


_AFTER = MappingProxyType(
    {
        "session_created": Status.QUEUED,
        "delivered": Status.RUNNING,
        "released": Status.QUEUED,
        "attempt_started": Status.RUNNING,
        "attempt_finished": Status.RUNNING,
        "disagreement": Status.RUNNING,
        "improved": Status.RUNNING,
        "bounded": Status.RUNNING,
        "solved": Status.SOLVED,
        "exhausted": Status.EXHAUSTED,
        "unsolvable": Status.UNSOLVABLE,
        "cancelled": Status.CANCELLED,
        "failed": Status.FAILED,
    }
)


def status_after(status: Status, event_type: str) -> Status:
    """Take one event into account. An outcome stays what it is."""
    return status if status.ended else _AFTER[event_type]


def status_of(event_types: Iterable[str]) -> Status:
    """Fold the types of a log's events, in order, into the status."""
    return reduce(status_after, event_types, Status.QUEUED)
