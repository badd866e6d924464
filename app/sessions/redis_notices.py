"""Notices in the Redis of the sessions. An outcome makes one due: see `lua/append.lua`."""

from datetime import datetime

from app.sessions.clock import microseconds
from app.sessions.notices import Notice
from app.sessions.redis_calls import RedisCalls


class RedisNotices:
    """`Notices` in a Redis. Leases are by its clock, as several processes claim."""

    def __init__(self, calls: RedisCalls) -> None:
        self._calls = calls
        self._key = f"{calls.prefix}notices"

    async def claim(self, *, lease_seconds: float) -> Notice | None:
        """Take the notice that is due longest; see `Notices`."""
        claimed = await self._calls.run("claim", round(lease_seconds * 1_000_000))
        return Notice(session_id=claimed[0], tries=int(claimed[1])) if claimed else None

    async def settle(self, session_id: str, *, again_at: datetime | None) -> None:
        """Say what became of a notice; see `Notices`."""
        client = self._calls.client
        if again_at is None:
            await self._calls.patiently(lambda: client.zrem(self._key, session_id))
            return
        # One that is done already does not come back.
        due = {session_id: microseconds(again_at)}
        await self._calls.patiently(lambda: client.zadd(self._key, due, xx=True))
