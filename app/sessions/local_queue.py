"""The queue of a process that runs its sessions alone: asyncio and nothing besides."""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from app.sessions.line import Line
from app.sessions.origin import Lane
from app.sessions.queue import Places, Run, RunsElsewhere, Ticket

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0
# Sessions that begin at once would go on in step: all wait for the model together, and then
# all want the CPU together. So a few begin, and then others have their turn.
STARTS = 10
STARTS_SECONDS = 0.003


class LocalQueue:
    """A `Queue` in memory. Open it on the event loop that uses it.

    Tenants take turns within a lane.

    Args:
        places: Sessions that run side by side.
        retry_seconds: After so long a session that could not be run is run again.
    """

    def __init__(self, *, places: Places | None = None, retry_seconds: float = 1.0) -> None:
        places = places or Places()
        self._retry_seconds = retry_seconds
        self._run: Run | None = None
        self._paused = False
        self._lines = {
            lane: Line(places=places.of(lane), most_of_one=places.tenant) for lane in Lane
        }
        # All that wait, run, or rest until they are tried again.
        self._known: dict[str, Ticket] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, asyncio.TimerHandle] = {}
        self._next_starts: asyncio.TimerHandle | None = None

    @property
    def ready(self) -> bool:
        """What is submitted is run; see `Queue`."""
        return self._run is not None and not self._paused

    @property
    def leaving(self) -> bool:
        """What runs is to be given back; see `Queue`."""
        return self._paused

    async def open(self, run: Run | None) -> None:
        """Begin to run what is submitted; see `Queue`."""
        self._run = run

    def pause(self) -> None:
        """Take nothing up any more; see `Queue`."""
        self._paused = True

    async def close(self) -> None:
        """Cancel what runs; see `Queue`."""
        self._run = None
        for line in self._lines.values():
            line.clear()
        for rest in self._resting.values():
            rest.cancel()
        self._resting.clear()
        self._known = {session_id: self._known[session_id] for session_id in self._running}
        if self._next_starts is not None:
            self._next_starts.cancel()
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            _, left = await asyncio.wait(running, timeout=STOP_SECONDS)
            if left:
                log.error("%d sessions do not let go after %g s", len(left), STOP_SECONDS)

    async def submit(self, ticket: Ticket) -> None:
        """Have a session run; see `Queue`."""
        if self._run is not None and ticket.session_id not in self._known:
            self._known[ticket.session_id] = ticket
            self._wait(ticket)

    async def submit_all(self, tickets: Iterable[Ticket]) -> None:
        """Have those run that are not known; see `Queue`."""
        for ticket in tickets:
            await self.submit(ticket)

    async def cancel(self, session_id: str) -> None:
        """Take a session out or stop it; see `Queue`."""
        if (running := self._running.get(session_id)) is not None:
            running.cancel()
        elif (ticket := self._known.pop(session_id, None)) is not None:
            self._lines[ticket.lane].drop(ticket.tenant, session_id)
            if (rest := self._resting.pop(session_id, None)) is not None:
                rest.cancel()

    def _wait(self, ticket: Ticket) -> None:
        self._lines[ticket.lane].add(ticket.tenant, ticket.session_id)
        self._start_soon()

    def _start_soon(self) -> None:
        if self._next_starts is None:
            self._start_some()

    def _start_some(self) -> None:
        """Give free places to those whose turn it is."""
        self._next_starts = None
        starts = STARTS
        for line in self._lines.values():
            while starts and self.ready and (session_id := line.take()) is not None:
                self._start(session_id)
                starts -= 1
        if starts < STARTS:
            loop = asyncio.get_running_loop()
            self._next_starts = loop.call_later(STARTS_SECONDS, self._start_some)

    def _start(self, session_id: str) -> None:
        assert self._run is not None
        task = asyncio.create_task(self._run(session_id), name=f"session {session_id}")
        self._running[session_id] = task
        task.add_done_callback(partial(self._ended, session_id))

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        del self._running[session_id]
        ticket = self._known[session_id]
        self._lines[ticket.lane].free(ticket.tenant)
        # Looked at in any case: asyncio reports errors that nobody has looked at.
        problem = None if task.cancelled() else task.exception()
        if problem is None or isinstance(problem, RunsElsewhere) or self._run is None:
            del self._known[session_id]
        else:
            loop = asyncio.get_running_loop()
            rest = loop.call_later(self._retry_seconds, self._rested, ticket)
            self._resting[session_id] = rest
        self._start_soon()

    def _rested(self, ticket: Ticket) -> None:
        del self._resting[ticket.session_id]
        self._wait(ticket)
