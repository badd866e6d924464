"""Calls that are gathered: what comes while a round trip is under way goes with the next."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from app.sessions.errors import StoreUnavailable
from app.sessions.redis_calls import passes, pause_seconds, stop, unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Send: TypeAlias = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]
MOST_ITEMS = 256
MOST_WEIGHT = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Call(Generic[Item, Result]):
    item: Item
    weight: int
    done: asyncio.Future[Result]
    until: float


class RoundTrips(Generic[Item, Result]):
    """One round trip at a time, so that calls take effect in the order in which they came.

    A call that meets an outage keeps its place and is sent again until its patience is over.

    Args:
        send: Makes the round trip; gives a result or an exception for each item, or raises
            what holds for all.
        patience_seconds: How long a call may wait for Redis to come back.
        given_up: Told of each item that waited for too long, before its caller is.
        close_seconds: How long closing waits for what is on its way.
    """

    def __init__(
        self,
        send: Send[Item, Result],
        *,
        patience_seconds: float,
        given_up: Callable[[Item], None] | None = None,
        close_seconds: float = 5.0,
    ) -> None:
        self._send = send
        self._patience_seconds = patience_seconds
        self._given_up = given_up
        self._close_seconds = close_seconds
        self._calls: deque[_Call[Item, Result]] = deque()
        self._wanted = asyncio.Event()
        self._failures = 0
        self._work: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin."""
        self._work = asyncio.create_task(self._serve(), name="round trips to Redis")

    def call(self, item: Item, *, weight: int = 0) -> asyncio.Future[Result]:
        """Have an item sent. It is under way when this returns.

        Args:
            item: What is to be sent.
            weight: Its length in bytes, roughly.

        Returns:
            The result; cancelling it undoes nothing. It raises the exception that was given
            for the item, or `StoreUnavailable`.

        Raises:
            StoreUnavailable: closed.
        """
        if self._work is None:
            raise StoreUnavailable("it is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        until = loop.time() + self._patience_seconds
        self._calls.append(_Call(item=item, weight=weight, done=done, until=until))
        self._wanted.set()
        return done

    async def close(self) -> None:
        """Send what was called before, unless Redis is away; then stop."""
        if self._work is None:
            return
        work, self._work = self._work, None
        self._wanted.set()
        await asyncio.wait([work], timeout=self._close_seconds)
        await stop(work)
        while self._calls:
            _settle(self._calls.popleft().done, StoreUnavailable("it was closed during an outage"))

    async def _serve(self) -> None:
        while self._calls or self._work is not None:
            if self._calls:
                await self._round_trip()
            else:
                self._wanted.clear()
                await self._wanted.wait()

    async def _round_trip(self) -> None:
        calls = self._next()
        results: Sequence[Result | Exception]
        try:
            results = await self._send([call.item for call in calls])
        except Exception as problem:
            results = [problem] * len(calls)
        now = asyncio.get_running_loop().time()
        kept: list[_Call[Item, Result]] = []
        for call, result in zip(calls, results, strict=True):
            self._calls.popleft()
            if isinstance(result, Exception) and passes(result):
                if now < call.until:
                    kept.append(call)
                    continue
                if self._given_up is not None:
                    self._given_up(call.item)
                _settle(call.done, unavailable(result))
            else:
                _settle(call.done, result)
        self._calls.extendleft(reversed(kept))
        self._failures = self._failures + 1 if kept else 0
        if kept:
            await asyncio.sleep(pause_seconds(self._failures))

    def _next(self) -> list[_Call[Item, Result]]:
        # They stay where they are until they are settled.
        calls: list[_Call[Item, Result]] = []
        weight = 0
        for call in self._calls:
            weight += call.weight
            if calls and (len(calls) == MOST_ITEMS or weight > MOST_WEIGHT):
                break
            calls.append(call)
        return calls


def _settle(done: asyncio.Future[Result], result: Result | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
