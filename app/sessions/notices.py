"""What is owed to webhooks: a notice of each session that has ended and whose request named one.

The store owes it from the moment at which the outcome is in the log, in one step with it; so
none is lost with a process, and none is made up.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice that is to be sent.

    Attributes:
        session_id: The session that has ended.
        tries: How often it was claimed before.
    """

    session_id: str
    tries: int


class Notices(Protocol):
    """Remembers which notices are due. Every method may raise `StoreUnavailable`."""

    async def claim(self, *, lease_seconds: float) -> Notice | None:
        """Take the notice that is due longest, or None.

        Nobody else is given it before the lease is over; then it is due again, as whoever
        claimed it may have been lost.
        """
        ...

    async def settle(self, session_id: str, *, again_at: datetime | None) -> None:
        """Say what became of a notice: it is due again at a moment in UTC, or done with None."""
        ...
