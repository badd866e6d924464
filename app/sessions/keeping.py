"""Keeping house over sessions: those that were lost are submitted, old ones are forgotten.

Every process may do it at once with the others: both are done in small bites, and what one
has done the next finds done.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sessions.errors import StoreUnavailable
from app.sessions.store import Store

log = logging.getLogger(__name__)
# Those who started together do not all ask at once.
JITTER = (0.75, 1.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How often house is kept.

    Attributes:
        sweep_seconds: Between two looks for sessions that the queue has lost.
        expire_seconds: Between two looks for sessions that are to be forgotten.
        bite: So many are forgotten at once.
        pause_seconds: Between two bites, so that others get at the store.
    """

    sweep_seconds: float = 15.0
    expire_seconds: float = 60.0
    bite: int = 100
    pause_seconds: float = 0.05


@asynccontextmanager
async def keeping(
    store: Store,
    *,
    retention: timedelta,
    sweep: Callable[[], Awaitable[None]] | None,
    rounds: Rounds | None = None,
) -> AsyncGenerator[None, None]:
    """Keep house as long as this is open.

    Args:
        store: Where the sessions are.
        retention: So long after its end a session is remembered.
        sweep: Submits what is unfinished (`Runner.sweep`); None where others do.
        rounds: How often.
    """
    rounds = rounds or Rounds()

    async def forget() -> None:
        await expire(store, retention=retention, rounds=rounds)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_repeated(forget, rounds.expire_seconds, "expiry"))
        if sweep is not None:
            await stack.enter_async_context(_repeated(sweep, rounds.sweep_seconds, "sweep"))
        yield


async def expire(store: Store, *, retention: timedelta, rounds: Rounds) -> None:
    """Forget all sessions that ended longer ago than they are remembered.

    Raises:
        StoreUnavailable: the store is away.
    """
    ended_before = datetime.now(UTC) - retention
    while True:
        forgotten = await store.expire(ended_before=ended_before, limit=rounds.bite)
        if forgotten < rounds.bite:
            return
        await asyncio.sleep(rounds.pause_seconds)


@asynccontextmanager
async def _repeated(
    chore: Callable[[], Awaitable[None]], seconds: float, name: str
) -> AsyncGenerator[None, None]:
    """Do a chore again and again in a task of its own."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds * random.uniform(*JITTER))  # noqa: S311  # no secret
            try:
                await chore()
            except StoreUnavailable as problem:
                log.warning("no %s now: %s", name, problem)
            except Exception:
                # One that breaks is tried again: without it sessions may be lost for good.
                log.exception("the %s broke", name)

    task = asyncio.create_task(repeat(), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
