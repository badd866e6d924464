"""API keys in Redis, for all replicas of a service."""

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.access import redis_scripts
from app.access.caller import Quota
from app.access.errors import OverQuota, RegisterUnavailable, TooMuchAtOnce, UnknownKey
from app.access.keys import Key, Registered
from app.access.register import MINUTE_MICROSECONDS, Begun, Spending
from app.access.waiting import whole_seconds
from app.access.wire import quota_of, written
from app.sessions.clock import microseconds, time

PREFIX = "modulo:access"
ALL = f"{PREFIX}:keys"
SECRET = f"{PREFIX}:secret"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 5.0
# The library types what it reads as bytes or text; without `decode_responses` it is bytes.
Read: TypeAlias = Any


class RedisRegister:
    """A `Register` in Redis 7 or Valkey. Enter it on the loop that uses it.

    Args:
        url: Where Redis listens.
        clock: Microseconds since 1970; Redis's own without one, so that all replicas share it.
    """

    def __init__(self, url: str, *, clock: Callable[[], int] | None = None) -> None:
        self._redis = Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
        )
        self._clock = clock
        self._begin = self._redis.register_script(redis_scripts.BEGIN)
        self._give_back = self._redis.register_script(redis_scripts.GIVE_BACK)
        self._spend = self._redis.register_script(redis_scripts.SPEND)
        self._use = self._redis.register_script(redis_scripts.USE)

    async def __aenter__(self) -> Self:
        try:
            async with _reachable():
                await self._redis.ping()
        except BaseException:
            await self._redis.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._redis.aclose()

    async def add(self, registered: Registered) -> None:
        """Remember a new key; see `Register`."""
        key = registered.key
        fields: dict[Any, Any] = {
            "digest": registered.digest,
            "tenant": key.tenant,
            "quota": written(key.quota),
            "note": key.note,
            "metrics": int(key.metrics),
            "created_at": microseconds(key.created_at),
        }
        async with _reachable(), self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(_key(key.key_id), mapping=fields)
            pipeline.sadd(ALL, key.key_id)
            await pipeline.execute()

    async def find(self, key_id: str) -> Registered | None:
        """Give a key; see `Register`."""
        async with _reachable():
            found: Read = await self._redis.hgetall(_key(key_id))
        return _registered(key_id, found) if b"digest" in found else None

    async def keys(self) -> tuple[Key, ...]:
        """Give all keys; see `Register`."""
        async with _reachable():
            members: Read = await self._redis.smembers(ALL)
            ids = [member.decode() for member in members]
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key_id in ids:
                    pipeline.hgetall(_key(key_id))
                found = await pipeline.execute()
        keys = [_registered(key_id, fields).key for key_id, fields in zip(ids, found, strict=True)]
        return tuple(sorted(keys, key=lambda key: (key.created_at, key.key_id)))

    async def revoke(self, key_id: str, at: datetime) -> Key:
        """Have a key refused; see `Register`."""
        if await self.find(key_id) is None:
            raise UnknownKey(key_id)
        async with _reachable():
            # Keys are never deleted, so it is still there.
            await self._redis.hsetnx(_key(key_id), "revoked_at", str(microseconds(at)))
        found = await self.find(key_id)
        if found is None:
            raise UnknownKey(key_id)
        return found.key

    async def empty(self) -> bool:
        """Say that no key was ever made; see `Register`."""
        async with _reachable():
            return not await self._redis.exists(ALL)

    async def secret(self) -> bytes:
        """Give the secret of this register; see `Register`."""
        async with _reachable():
            await self._redis.set(SECRET, secrets.token_bytes(32), nx=True)
            kept: Read = await self._redis.get(SECRET)
        if kept is None:
            raise RegisterUnavailable("it does not keep what it is given")
        return bytes(kept)

    async def begin(self, key_id: str, quota: Quota, count: int) -> Begun:
        """Count pieces of work; see `Register`."""
        minute, day = quota.per_minute, quota.tokens_per_day
        if minute is None and day is None:
            return Begun(key_id=key_id, at=0, count=0)
        if minute is not None and count > minute and day is None:
            raise TooMuchAtOnce(count, minute)
        arguments = (
            *(self._now(), count, MINUTE_MICROSECONDS),
            *(-1 if minute is None else minute, -1 if day is None else day),
        )
        async with _reachable():
            said, number = await self._begin(keys=[*_minute(key_id), _days(key_id)], args=arguments)
        if said == redis_scripts.DAY_IS_USED_UP:
            raise OverQuota("tokens_per_day", day or 0, whole_seconds(number))
        if said == redis_scripts.MORE_THAN_A_MINUTE:
            raise TooMuchAtOnce(count, minute or 0)
        if said == redis_scripts.MINUTE_IS_USED_UP:
            raise OverQuota("per_minute", minute or 0, whole_seconds(number))
        return Begun(key_id=key_id, at=number, count=0 if minute is None else count)

    async def give_back(self, begun: Begun) -> None:
        """Count pieces of work no longer; see `Register`."""
        if begun.count:
            async with _reachable():
                await self._give_back(keys=_minute(begun.key_id), args=(begun.at, begun.count))

    async def note(self, spent: Sequence[Spending], used: Mapping[str, datetime]) -> None:
        """Remember what was spent and used; see `Register`."""
        async with _reachable(), self._redis.pipeline(transaction=True) as pipeline:
            for one in spent:
                await self._spend(
                    keys=[_days(one.key_id)], args=(one.day, one.tokens), client=pipeline
                )
            for key_id, at in used.items():
                await self._use(keys=[_key(key_id)], args=(microseconds(at),), client=pipeline)
            await pipeline.execute()

    async def spent(self, key_id: str, day: int) -> int:
        """Say what was spent on a day; see `Register`."""
        async with _reachable():
            found: Read = await self._redis.hget(_days(key_id), str(day))
        return int(found or 0)

    def _now(self) -> int:
        return 0 if self._clock is None else self._clock()


def _key(key_id: str) -> str:
    return f"{PREFIX}:key:{key_id}"


def _minute(key_id: str) -> list[str]:
    return [f"{PREFIX}:begun:{key_id}", f"{PREFIX}:begun:{key_id}:total"]


def _days(key_id: str) -> str:
    return f"{PREFIX}:spent:{key_id}"


def _registered(key_id: str, fields: Mapping[bytes, bytes]) -> Registered:
    revoked_at, used_at = fields.get(b"revoked_at"), fields.get(b"used_at")
    return Registered(
        key=Key(
            key_id=key_id,
            tenant=fields[b"tenant"].decode(),
            quota=quota_of(fields[b"quota"].decode()),
            note=fields[b"note"].decode(),
            metrics=fields[b"metrics"] == b"1",
            created_at=time(int(fields[b"created_at"])),
            revoked_at=None if revoked_at is None else time(int(revoked_at)),
            used_at=None if used_at is None else time(int(used_at)),
        ),
        digest=fields[b"digest"],
    )


@asynccontextmanager
async def _reachable() -> AsyncGenerator[None, None]:
    try:
        yield
    except (RedisError, OSError) as problem:
        raise RegisterUnavailable(str(problem) or type(problem).__name__) from problem
