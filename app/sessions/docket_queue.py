"""A queue that several processes may share: docket, on Redis or within this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from redis.exceptions import RedisError

from app.sessions.docket_lane import DocketLane, Pace
from app.sessions.errors import StoreUnavailable
from app.sessions.origin import Lane
from app.sessions.queue import Places, Run, Ticket

log = logging.getLogger(__name__)
Result = TypeVar("Result")
STOP_SECONDS = 10.0
# So many sessions are looked up, or submitted, with one question to Redis.
AT_ONCE = 200


class DocketQueue:
    """A `Queue` over docket, one for each lane. Open it on the event loop that uses it.

    Within a lane sessions are taken up in the order of their submission. Where tenants are
    bounded (`Places.tenant`), those of a tenant that has its share wait aside, about in order,
    and hold up nobody; without a bound many sessions of one are before a later one of another.

    Args:
        url: Of the Redis, or `memory://` for a queue within this process.
        name: Begins the names of the dockets; the same in all processes that share the
            queue. None makes one up, for a queue of this process alone.
        places: Sessions that run side by side.
        pace: How workers go about it.
        patience_seconds: So long a call waits for a Redis that is away.
    """

    def __init__(
        self,
        *,
        url: str,
        name: str | None = None,
        places: Places | None = None,
        pace: Pace | None = None,
        patience_seconds: float = 5.0,
    ) -> None:
        places = places or Places()
        name = name or f"modulo-{uuid4().hex}"
        self._patience_seconds = patience_seconds
        self._lanes = {
            lane: DocketLane(
                name=f"{name}-{lane}",
                url=with_connections(url, 2 * places.of(lane) + 50),
                places=places.of(lane),
                most_of_one=places.tenant,
                pace=pace or Pace(),
            )
            for lane in Lane
        }
        self._work: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> bool:
        """What is submitted is run; see `Queue`."""
        at_work = self._work and not any(work.done() for work in self._work)
        return bool(at_work) and not self.leaving

    @property
    def leaving(self) -> bool:
        """What runs is to be given back; see `Queue`."""
        return any(lane.paused or lane.cut_off for lane in self._lanes.values())

    async def open(self, run: Run | None) -> None:
        """Begin to run what is submitted; see `Queue`."""
        for kind, lane in self._lanes.items():
            opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            work = asyncio.create_task(lane.serve(run, opened), name=f"sessions, {kind}")
            work.add_done_callback(_report)
            self._work.append(work)
            await asyncio.wait({work, opened}, return_when=asyncio.FIRST_COMPLETED)
            if not opened.done():
                await work

    def pause(self) -> None:
        """Take nothing up any more; see `Queue`."""
        for lane in self._lanes.values():
            lane.pause()

    async def close(self) -> None:
        """Cancel what runs; see `Queue`."""
        self.pause()
        running = [task for lane in self._lanes.values() for task in lane.running]
        for lane in self._lanes.values():
            lane.stop_all()
        if running:
            # While the workers are there: they put the sessions back for others.
            await asyncio.wait(running, timeout=STOP_SECONDS)
        work = [work for work in self._work if not work.done()]
        for one in work:
            one.cancel()
        if work and (await asyncio.wait(work, timeout=STOP_SECONDS))[1]:
            log.error("sessions do not let go after %g s; the logs keep them", STOP_SECONDS)

    async def submit(self, ticket: Ticket) -> None:
        """Have a session run; see `Queue`."""
        await self._patiently(partial(self._lanes[ticket.lane].submit, [ticket]))

    async def submit_all(self, tickets: Iterable[Ticket]) -> None:
        """Have those run that Redis does not know; see `Queue`."""
        of_lane: dict[Lane, list[Ticket]] = {lane: [] for lane in Lane}
        for ticket in tickets:
            of_lane[ticket.lane].append(ticket)
        for kind, those in of_lane.items():
            lane = self._lanes[kind]
            for start in range(0, len(those), AT_ONCE):
                some = those[start : start + AT_ONCE]
                if unknown := await self._patiently(partial(lane.unknown, some)):
                    await self._patiently(partial(lane.submit, unknown))

    async def cancel(self, session_id: str) -> None:
        """Take a session out or stop it; see `Queue`."""
        for lane in self._lanes.values():
            await self._patiently(partial(lane.docket.cancel, session_id))

    async def _patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Ask Redis, again if it is away, but not for long."""
        problem: Exception | None = None
        try:
            async with asyncio.timeout(self._patience_seconds):
                while True:
                    try:
                        return await call()
                    except RedisError as away:
                        problem = away
                        await asyncio.sleep(0.1)
        except TimeoutError:
            raise StoreUnavailable(f"the queue: {problem or 'Redis does not answer'}") from problem


def with_connections(url: str, most: int) -> str:
    """Let a client of Redis have so many connections, unless its URL says how many.

    redis-py has 100 of its own accord, and its callers wait for each other beyond that.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory" or "max_connections" in parse_qs(parts.query):
        return url
    return f"{url}{'&' if parts.query else '?'}max_connections={most}"


def _report(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (problem := work.exception()) is not None:
        log.critical("no sessions are run any more", exc_info=problem)
