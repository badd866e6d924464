"""News of sessions from Redis: one connection for everybody in this process who waits."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Connection, Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from app.sessions.errors import StoreUnavailable
from app.sessions.redis_calls import pause_seconds, stop
from app.sessions.redis_rows import channel
from app.sessions.store import Head

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Channel:
    """A session somebody waits for, or did a moment ago."""

    heard: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    left_at: float = 0.0
    # Where it stands by the last news since it is listened to without a break.
    latest: Head | None = None


class RedisNews:
    """Listens for news of those sessions that somebody waits for.

    After each break it subscribes again, and then everybody is to look again: what was told
    meanwhile was told to nobody.

    Args:
        client: Whose pool the one connection is taken from.
        prefix: Of the channels' names.
        told: Gets a session's id and the news of it, and says what they mean.
        look_again: Gets the id of a session whose news may have been missed.
        patience_seconds: How long to wait until a session is listened to.
        quiet_seconds: A connection that says nothing for so long is asked whether it is there.
        linger_seconds: So long a session is listened to when nobody waits for it: who
            follows one waits again and again.
    """

    def __init__(
        self,
        client: Redis,
        *,
        prefix: str,
        told: Callable[[str, str], Head],
        look_again: Callable[[str], None],
        patience_seconds: float,
        quiet_seconds: float = 5.0,
        linger_seconds: float = 10.0,
    ) -> None:
        self._pool = client.connection_pool
        self._prefix = channel(prefix, "")
        self._told = told
        self._look_again = look_again
        self._patience_seconds = patience_seconds
        self._quiet_seconds = quiet_seconds
        self._linger_seconds = linger_seconds
        self._channels: dict[str, _Channel] = {}
        self._asked: set[str] = set()
        self._wanted = asyncio.Event()
        self._failures = 0
        self._work: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to listen."""
        self._work = asyncio.create_task(self._listen(), name="news from Redis")

    async def close(self) -> None:
        """Stop listening."""
        if self._work is not None:
            work, self._work = self._work, None
            await stop(work)

    def hears(self, session_id: str) -> bool:
        """Say whether news of a session would be heard now."""
        found = self._channels.get(session_id)
        return found is not None and found.heard.is_set()

    def latest(self, session_id: str) -> Head | None:
        """Say where a session stands by its last news, if none can have been missed since."""
        found = self._channels.get(session_id)
        return found.latest if found is not None and found.heard.is_set() else None

    @asynccontextmanager
    async def of(self, session_id: str) -> AsyncGenerator[None, None]:
        """Listen to a session; news of it are heard once this is entered.

        Raises:
            StoreUnavailable: Redis is away.
        """
        if self._work is None:
            raise StoreUnavailable("it is closed")
        if (listened := self._channels.get(session_id)) is None:
            listened = self._channels[session_id] = _Channel()
            self._wanted.set()
        listened.waiting += 1
        try:
            if not listened.heard.is_set():
                await self._heard(listened)
            yield
        finally:
            listened.waiting -= 1
            listened.left_at = asyncio.get_running_loop().time()

    async def _heard(self, listened: _Channel) -> None:
        try:
            async with asyncio.timeout(self._patience_seconds):
                await listened.heard.wait()
        except TimeoutError:
            raise StoreUnavailable("Redis does not answer") from None

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (RedisError, OSError) as problem:
                self._failures += 1
                if self._failures == 1:
                    log.warning("no news from Redis: %s", problem or type(problem).__name__)
            except Exception:
                self._failures += 1
                log.exception("no news from Redis")
            finally:
                for listened in self._channels.values():
                    listened.heard.clear()
                    listened.latest = None
            await asyncio.sleep(pause_seconds(self._failures))

    async def _listen_once(self) -> None:
        self._forget_the_left()
        self._asked = set()
        self._wanted.set()
        connection: Connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        self._failures = 0
        tasks = {
            asyncio.create_task(self._subscribe(connection)),
            asyncio.create_task(self._read(connection)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await stop(*tasks)
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def _subscribe(self, connection: Connection) -> None:
        """Ask for what is wanted and not asked for; all that is sent is sent here."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._quiet_seconds / 2
        while True:
            if self._wanted.is_set():
                self._wanted.clear()
                names = self._channels.keys() - self._asked
                self._asked |= names
                await self._send(connection, "SUBSCRIBE", [*names])
            # By the clock and not when nothing is wanted: something may be all the time.
            if loop.time() >= due:
                due = loop.time() + self._quiet_seconds / 2
                left = self._forget_the_left()
                self._asked.difference_update(left)
                await self._send(connection, "UNSUBSCRIBE", left)
                await connection.send_command("PING", check_health=False)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wanted.wait()

    async def _send(self, connection: Connection, command: str, names: Sequence[str]) -> None:
        # Without names, unsubscribing would be from all.
        if names:
            channels = [f"{self._prefix}{name}" for name in names]
            await connection.send_command(command, *channels, check_health=False)

    def _forget_the_left(self) -> list[str]:
        before = asyncio.get_running_loop().time() - self._linger_seconds
        left = [
            name
            for name, listened in self._channels.items()
            if not listened.waiting and listened.left_at < before
        ]
        for name in left:
            del self._channels[name]
        return left

    async def _read(self, connection: Connection) -> None:
        while True:
            answer: Any = await connection.read_response(timeout=self._quiet_seconds)
            if answer is None:
                raise NotConnected(f"nothing was heard for {self._quiet_seconds:g} s")
            kind = answer[0] if isinstance(answer, list) else None
            if kind == "message":
                name = answer[1].removeprefix(self._prefix)
                head = self._told(name, answer[2])
                if (listened := self._channels.get(name)) is not None:
                    listened.latest = head
            elif kind == "subscribe":
                name = answer[1].removeprefix(self._prefix)
                if (listened := self._channels.get(name)) is not None:
                    listened.heard.set()
                    self._look_again(name)
