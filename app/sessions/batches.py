"""Batches: sessions that were asked for together, and are looked at together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Sessions that were asked for together. How they stand, they say themselves.

    Attributes:
        batch_id: Its name.
        tenant: Whose it is.
        total: How many sessions it has, once all have been accepted.
        created_at: When it was begun, in UTC.
    """

    batch_id: str
    tenant: str
    total: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """Some batches, newest first; `next` is the cursor of the page behind, or None."""

    batches: tuple[Batch, ...]
    next: str | None


class Batches(Protocol):
    """Remembers batches. Every method may raise `StoreUnavailable`.

    A batch is forgotten with the last of its sessions.
    """

    async def begin(self, batch_id: str, *, tenant: str, total: int) -> Batch:
        """Remember a batch before the first of its sessions is made."""
        ...

    async def batch(self, batch_id: str) -> Batch:
        """Give a batch.

        Raises:
            UnknownBatch: there is none, or it was forgotten.
        """
        ...

    async def page(self, *, tenant: str, limit: int, after: str | None = None) -> BatchPage:
        """List a tenant's batches, newest first.

        Raises:
            UnknownCursor: the cursor was not made by this store.
        """
        ...
