"""A queue that several processes may share: docket, on Redis or within this process."""

import asyncio
import logging
from datetime import timedelta
from uuid import uuid4

from docket import Docket, Retry, Worker

from app.sessions.queue import Run, Ticket

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0


class DocketQueue:
    """A `Queue` over docket. Open it on the event loop that uses it.

    Args:
        url: Of the Redis, or `memory://` for a queue within this process.
        name: Name of the queue; None makes one up, for a queue of this process alone.
        concurrency: Sessions that this process runs side by side.
        redelivery_seconds: After so long without a sign of life a session goes to
            another worker.
        check_seconds: How often a worker that has no free place looks for one.
        batch: Sessions that a worker takes from the queue at a time. Hundreds at a time
            would go through their attempts in step: all wait for the model together, and
            then all want the CPU together.
        retry_seconds: After so long a session that could not be run is run again.
    """

    def __init__(
        self,
        *,
        url: str,
        name: str | None = None,
        concurrency: int = 64,
        redelivery_seconds: float = 15.0,
        check_seconds: float = 0.025,
        batch: int = 4,
        retry_seconds: float = 1.0,
    ) -> None:
        self._docket = Docket(
            name=name or f"modulo-{uuid4().hex}", url=url, execution_ttl=timedelta(0)
        )
        self._worker = Worker(
            self._docket,
            concurrency=concurrency,
            redelivery_timeout=timedelta(seconds=redelivery_seconds),
            minimum_check_interval=timedelta(seconds=check_seconds),
            message_batch=batch,
            schedule_automatic_tasks=False,
            # Whatever gets out of a session is to be tried again.
            dependencies=[Retry.forever(timedelta(seconds=retry_seconds))],
        )
        self._running: dict[str, asyncio.Task[None] | None] = {}
        self._closing = False
        self._run: Run | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """What is submitted is run; see `Queue`."""
        return self._work is not None and not self._work.done() and not self._closing

    async def open(self, run: Run | None) -> None:
        """Begin to run what is submitted; see `Queue`."""
        self._run = run
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # In a task of its own from beginning to end: docket's context variables must be
        # set and reset in one context, and who opens need not be who closes.
        self._work = asyncio.create_task(self._serve(opened), name="sessions")
        self._work.add_done_callback(_report)
        await asyncio.wait({self._work, opened}, return_when=asyncio.FIRST_COMPLETED)
        if not opened.done():
            await self._work

    async def close(self) -> None:
        """Cancel what runs; see `Queue`."""
        self._closing = True
        if self._work is None or self._work.done():
            return
        # The worker first: it then leaves cancelled sessions in the queue.
        self._work.cancel()
        for running in self._running.values():
            if running is not None:
                running.cancel()
        await asyncio.wait([self._work], timeout=STOP_SECONDS)
        if not self._work.done():
            log.error("sessions do not let go after %g s; the logs keep them", STOP_SECONDS)

    async def submit(self, ticket: Ticket) -> None:
        """Have a session run; see `Queue`."""
        session_id = ticket.session_id
        await self._docket.add(self.run_session, key=session_id)(session_id)

    async def cancel(self, session_id: str) -> None:
        """Take a session out or stop it; see `Queue`."""
        await self._docket.cancel(session_id)

    async def run_session(self, session_id: str) -> None:
        """Run a session; docket calls this, by this name in every process."""
        if self._closing or self._run is None:
            raise asyncio.CancelledError
        if session_id in self._running:
            log.warning("session %s runs here already", session_id)
            return
        self._running[session_id] = asyncio.current_task()
        try:
            await self._run(session_id)
        finally:
            del self._running[session_id]

    async def _serve(self, opened: asyncio.Future[None]) -> None:
        async with self._docket, self._worker:
            self._docket.register(self.run_session)
            opened.set_result(None)
            await self._worker.run_forever()


def _report(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (problem := work.exception()) is not None:
        log.critical("no sessions are run any more", exc_info=problem)
