"""What is read from Redis without a script."""

from collections.abc import Sequence
from typing import Any

from app.sessions.errors import UnknownSession
from app.sessions.redis_calls import RedisCalls
from app.sessions.redis_rows import entry, head_of, list_key, log_key
from app.sessions.status import Status
from app.sessions.store import Entry, Filter, Head


async def read_heads(calls: RedisCalls, session_ids: Sequence[str]) -> list[Head | Exception]:
    """Say where sessions stand, in one round trip. Raises what the client raises."""
    heads = await calls.run_once("heads", *session_ids)
    return [
        head_of(session_id, values) if values[0] else UnknownSession(session_id)
        for session_id, values in zip(session_ids, heads, strict=True)
    ]


async def read_log(
    calls: RedisCalls, session_id: str, after: int, most: int | None
) -> tuple[Entry, ...]:
    """Give the events of a log behind a number, at most so many; none where there is no log.

    Raises:
        BrokenLog: an event cannot be read.
        StoreUnavailable: Redis is away.
    """
    client, key = calls.client, log_key(calls.prefix, session_id)
    found: Any = await calls.patiently(lambda: client.xrange(key, min=f"0-{after + 1}", count=most))
    return tuple(entry(session_id, number, fields) for number, fields in found)


async def unfinished_ids(calls: RedisCalls) -> list[str]:
    """Name the sessions without an outcome, oldest first. Raises `StoreUnavailable`."""

    async def lists() -> list[list[tuple[str, float]]]:
        # In one transaction: none is missed that goes from one list to the other.
        pipeline = calls.client.pipeline(transaction=True)
        for status in (Status.QUEUED, Status.RUNNING):
            pipeline.zrange(list_key(calls.prefix, Filter(status=status)), 0, -1, withscores=True)
        return list(await pipeline.execute())

    numbered = [pair for found in await calls.patiently(lists) for pair in found]
    return [session_id for session_id, _ in sorted(numbered, key=lambda pair: pair[1])]
