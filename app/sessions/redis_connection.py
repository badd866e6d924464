"""A Redis to keep sessions in: which one, and what it is to be trusted with."""

import logging
from collections.abc import Mapping
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.sessions.errors import StoreUnavailable

log = logging.getLogger(__name__)
CONNECTIONS = 32
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
OLDEST_MAJOR = 7
# The version of what is kept, so that a later one is not taken for this one.
FORMAT = 1


def connect(url: str) -> Redis:
    """Make a client of a URL; nothing is sent yet.

    Its pool is bounded by the URL's `max_connections`, and who finds none free waits. It
    does not try anything again: `RedisCalls` does.

    Raises:
        StoreUnavailable: the URL is none.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            decode_responses=True,
        )
    except ValueError as problem:
        raise StoreUnavailable(f"the URL of Redis cannot be used: {problem}") from None
    return Redis.from_pool(pool)


async def examine(client: Redis, prefix: str) -> None:
    """Look whether a Redis can keep sessions, and warn of what it would lose.

    Raises:
        StoreUnavailable: it is too old, a cluster, or written to by a later version.
    """
    told = await client.info()
    version = str(told.get("redis_version", "0"))
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_MAJOR:
        raise StoreUnavailable(
            f"Redis {version} is too old: version {OLDEST_MAJOR} or newer is needed, or Valkey"
        )
    if int(told.get("cluster_enabled", 0)):
        raise StoreUnavailable("this Redis is a cluster, which is not supported: use one primary")
    found = await client.set(f"{prefix}format", FORMAT, nx=True, get=True)
    if found is not None and (written := int(found)) > FORMAT:
        raise StoreUnavailable(
            f"this Redis was written by a later version (format {written}; this one knows {FORMAT})"
        )
    for warning in losses(told, await _fsync(client)):
        log.warning("%s", warning)


async def _fsync(client: Redis) -> str | None:
    """Say when Redis has its file written to the disk, or None where it may not be asked."""
    try:
        return str((await client.config_get("appendfsync")).get("appendfsync"))
    except RedisError:
        return None


def losses(told: Mapping[str, Any], fsync: str | None) -> list[str]:
    """Say what a Redis may lose of what it has confirmed.

    Args:
        told: What it answers to INFO.
        fsync: Its `appendfsync`, or None where that is not known.
    """
    found = []
    if not int(told.get("aof_enabled", 0)):
        found.append(
            "Redis keeps no append-only file: when it stops, sessions are lost, with attempts "
            "that were paid for; set `appendonly yes`"
        )
    elif fsync == "no":
        found.append(
            "Redis leaves it to the system when its file reaches the disk: when the machine "
            "stops, sessions of half a minute are lost; set `appendfsync always` or `everysec`"
        )
    policy = str(told.get("maxmemory_policy", "noeviction"))
    if int(told.get("maxmemory", 0)) and policy.startswith("allkeys"):
        found.append(
            f"Redis throws sessions away when its memory is full (`maxmemory-policy {policy}`); "
            "set `maxmemory-policy noeviction`"
        )
    return found
