"""The queue of a process that runs its sessions alone: asyncio and nothing besides."""

import asyncio
import logging
from collections import OrderedDict
from functools import partial

from app.sessions.queue import Run, Ticket

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0
# Sessions that begin at once would go on in step: all wait for the model together, and then
# all want the CPU together. So a few begin, and then others have their turn.
STARTS = 10
STARTS_SECONDS = 0.003


class LocalQueue:
    """A `Queue` in memory. Open it on the event loop that uses it.

    Args:
        concurrency: Sessions that run side by side, at least 1.
        retry_seconds: After so long a session that could not be run is run again.
    """

    def __init__(self, *, concurrency: int = 64, retry_seconds: float = 1.0) -> None:
        self._concurrency = concurrency
        self._retry_seconds = retry_seconds
        self._run: Run | None = None
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, asyncio.TimerHandle] = {}
        self._next_starts: asyncio.TimerHandle | None = None

    @property
    def ready(self) -> bool:
        """What is submitted is run; see `Queue`."""
        return self._run is not None

    async def open(self, run: Run | None) -> None:
        """Begin to run what is submitted; see `Queue`."""
        self._run = run

    async def close(self) -> None:
        """Cancel what runs; see `Queue`."""
        self._run = None
        self._waiting.clear()
        for rest in self._resting.values():
            rest.cancel()
        self._resting.clear()
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
        session_id = ticket.session_id
        known = session_id in self._running or session_id in self._resting
        if self._run is not None and not known:
            self._waiting[session_id] = None
            self._start_soon()

    async def cancel(self, session_id: str) -> None:
        """Take a session out or stop it; see `Queue`."""
        self._waiting.pop(session_id, None)
        if (rest := self._resting.pop(session_id, None)) is not None:
            rest.cancel()
        if (running := self._running.get(session_id)) is not None:
            running.cancel()

    def _start_soon(self) -> None:
        if self._next_starts is None:
            self._start_some()

    def _start_some(self) -> None:
        """Give free places to those who have waited longest."""
        self._next_starts = None
        free = self._concurrency - len(self._running)
        starts = min(free, STARTS, len(self._waiting))
        if self._run is None or not starts:
            return
        for _ in range(starts):
            session_id, _ = self._waiting.popitem(last=False)
            task = asyncio.create_task(self._run(session_id), name=f"session {session_id}")
            self._running[session_id] = task
            task.add_done_callback(partial(self._ended, session_id))
        loop = asyncio.get_running_loop()
        self._next_starts = loop.call_later(STARTS_SECONDS, self._start_some)

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        del self._running[session_id]
        # Looked at in any case: asyncio reports errors that nobody has looked at.
        broken = not task.cancelled() and task.exception() is not None
        if broken and self._run is not None:
            loop = asyncio.get_running_loop()
            rest = loop.call_later(self._retry_seconds, self._rested, session_id)
            self._resting[session_id] = rest
        self._start_soon()

    def _rested(self, session_id: str) -> None:
        del self._resting[session_id]
        self._waiting[session_id] = None
        self._start_soon()
