"""Calls of Redis that outlive a short outage: a restart, a broken connection, a full memory.

A call that was cut off may have taken effect. Whatever is called here bears being sent twice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import TimeoutError as NotAnswered

from app.sessions.errors import StoreUnavailable
from app.sessions.redis_scripts import SCRIPTS

Result = TypeVar("Result")
Value: TypeAlias = str | int | float
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5
CANCEL_AGAIN_SECONDS = 0.5
# Answers of a server that lives, but cannot write now; the client has no class for them.
_PASSING_CODES = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "BUSY", "TRYAGAIN", "UNBLOCKED")


def passes(problem: BaseException) -> bool:
    """Say whether the same call may do better in a while."""
    if isinstance(problem, AuthenticationError | AuthorizationError):
        return False
    if isinstance(problem, NotConnected | NotAnswered | OSError):
        return True
    if isinstance(problem, OutOfMemoryError | ReadOnlyError):
        return True
    return isinstance(problem, ResponseError) and str(problem).startswith(_PASSING_CODES)


def unavailable(problem: BaseException) -> StoreUnavailable:
    """Say in our words that Redis could not do it."""
    return StoreUnavailable(str(problem) or type(problem).__name__)


def pause_seconds(failures: int) -> float:
    """Say how long to wait after so many failures in turn, at least one."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 20), LONGEST_PAUSE_SECONDS)


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks that use the client, and wait until they have ended."""
    running = set(tasks)
    while running:
        # More than once: the client swallows one that comes while it connects.
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()


class RedisCalls:
    """Calls of one Redis.

    Args:
        client: Does not try again by itself, and decodes what it is given.
        prefix: What the names of all keys begin with.
        patience_seconds: For so long a call is tried again.
    """

    def __init__(self, client: Redis, *, prefix: str, patience_seconds: float) -> None:
        self.client = client
        self.prefix = prefix
        self.patience_seconds = patience_seconds

    async def patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Make a call, and make it again as long as it may do better.

        Raises:
            StoreUnavailable: patience is over, or trying again is of no use.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience_seconds
        failures = 0
        while True:
            try:
                return await call()
            except (RedisError, OSError) as problem:
                failures += 1
                if not passes(problem) or loop.time() > until:
                    raise unavailable(problem) from problem
            await asyncio.sleep(pause_seconds(failures))

    async def once(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Make a call, without patience.

        Raises:
            StoreUnavailable: it did not do.
        """
        try:
            return await call()
        except (RedisError, OSError) as problem:
            raise unavailable(problem) from problem

    async def run(self, name: str, *values: Value) -> Any:
        """Run a script, patiently.

        Raises:
            StoreUnavailable: patience is over, or trying again is of no use.
        """
        return await self.patiently(lambda: self.run_once(name, *values))

    async def run_once(self, name: str, *values: Value) -> Any:
        """Run a script. Raises what the client raises."""
        (answer,) = await self.run_each(name, [values])
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run_each(self, name: str, calls: Sequence[Sequence[Value]]) -> list[Any]:
        """Run a script some times in one round trip; gives answers, some of them errors."""
        answers = await self._send(name, calls)
        missing = [
            number for number, answer in enumerate(answers) if isinstance(answer, NoScriptError)
        ]
        if missing:
            # Redis forgets its scripts when it restarts.
            await self.client.script_load(SCRIPTS[name].text)
            again = await self._send(name, [calls[number] for number in missing])
            for number, answer in zip(missing, again, strict=True):
                answers[number] = answer
        return [json.loads(answer) if isinstance(answer, str) else answer for answer in answers]

    async def _send(self, name: str, calls: Sequence[Sequence[Value]]) -> list[Any]:
        pipeline = self.client.pipeline(transaction=False)
        for values in calls:
            pipeline.evalsha(SCRIPTS[name].digest, 1, self.prefix, *values)
        answers = list(await pipeline.execute(raise_on_error=False))
        if any(isinstance(answer, ReadOnlyError) for answer in answers):
            # Another is the primary by now: its name is to be looked up anew.
            await self.client.connection_pool.disconnect(inuse_connections=False)
        return answers
