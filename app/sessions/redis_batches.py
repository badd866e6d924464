"""Batches in the Redis of the sessions. `lua/forget.lua` forgets them with their last one."""

from collections.abc import Sequence
from typing import Any

from app.sessions.batches import Batch, BatchPage
from app.sessions.clock import time
from app.sessions.cursor import cursor, number_of
from app.sessions.errors import UnknownBatch
from app.sessions.redis_calls import RedisCalls
from app.sessions.redis_rows import batch_key


class RedisBatches:
    """`Batches` in a Redis."""

    def __init__(self, calls: RedisCalls) -> None:
        self._calls = calls

    async def begin(self, batch_id: str, *, tenant: str, total: int) -> Batch:
        """Remember a batch; see `Batches`."""
        return _batch(batch_id, await self._calls.run("begin_batch", batch_id, tenant, total))

    async def batch(self, batch_id: str) -> Batch:
        """Give a batch; see `Batches`."""
        client, key = self._calls.client, batch_key(self._calls.prefix, batch_id)
        found = await self._calls.patiently(
            lambda: client.hmget(key, ["tenant", "total", "created_at"])
        )
        if found[0] is None:
            raise UnknownBatch(batch_id)
        return _batch(batch_id, found)

    async def page(self, *, tenant: str, limit: int, after: str | None = None) -> BatchPage:
        """List a tenant's batches; see `Batches`."""
        before = "+inf" if after is None else f"({number_of(after)}"
        found = await self._calls.run("page_of_batches", tenant, before, limit + 1)
        given = found[:limit]
        return BatchPage(
            batches=tuple(_batch(batch_id, values) for _, batch_id, values in given),
            next=cursor(int(given[-1][0])) if len(found) > limit else None,
        )


def _batch(batch_id: str, values: Sequence[Any]) -> Batch:
    tenant, total, created_at = values
    return Batch(
        batch_id=batch_id, tenant=tenant, total=int(total), created_at=time(int(created_at))
    )
