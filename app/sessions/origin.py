"""Where a session comes from: whose it is, and which line it waits in."""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_TENANT = "default"


class Lane(StrEnum):
    """A queue of sessions. Each has places of its own, so neither holds up the other."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose a session is, and which line it waits in.

    Attributes:
        tenant: Whose it is: tenants cannot see each other's sessions.
        key: Id of the API key it was asked for with, or None where the service is open.
        lane: The queue that it waits in.
        batch: Id of the batch that it belongs to, or None.
        label: What the client calls it within its batch, or None.
    """

    tenant: str = DEFAULT_TENANT
    key: str | None = None
    lane: Lane = Lane.INTERACTIVE
    batch: str | None = None
    label: str | None = None
