"""Runs sessions: takes ids from a queue, so many at a time, and sees to their end.

The queue holds ids and nothing else. Whoever runs a session has read its log and is the
next to write to it; a second writer, or one left over, fails at its next event and stops.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import uuid4

from docket import Docket, Retry, Worker

from app.modulo.proposer import Verifier
from app.sessions.errors import StaleWriter, StoreUnavailable
from app.sessions.request import Composer
from app.sessions.resume import Resumption
from app.sessions.store import Head, Store
from app.sessions.wire import CancelledWire

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """How ids of sessions travel to workers.

    Attributes:
        url: `memory://` keeps the queue in this process, which then is the only one.
        name: Name of the queue; None makes one up, for a queue of this process alone.
        concurrency: Sessions that one process runs side by side.
        redelivery_seconds: After so long without a sign of life a session goes to
            another worker.
        check_seconds: How often a worker that has no free place looks for one.
        batch: Sessions that a worker takes from the queue at a time. Hundreds at a time
            would go through their attempts in step: all wait for the model together, and
            then all want the CPU together.
        deliveries: A session is given up when so many workers were lost over it one
            after another, none of which finished an attempt.
        retry_seconds: How long to wait for a store that cannot be reached.
    """

    url: str = "memory://"
    name: str | None = None
    concurrency: int = 64
    redelivery_seconds: float = 15.0
    check_seconds: float = 0.025
    batch: int = 4
    deliveries: int = 3
    retry_seconds: float = 1.0


class Runner:
    """Runs the sessions of one store. Enter it to start; leaving it gives back what runs.

    A session given back stands unfinished in its log, and goes on from there when a
    runner is entered again.
    """

    def __init__(
        self,
        *,
        store: Store,
        composer: Composer,
        verifier: Verifier,
        queueing: Queueing | None = None,
    ) -> None:
        self._store = store
        self._queueing = queueing or Queueing()
        self._resumption = Resumption(
            store=store,
            composer=composer,
            verifier=verifier,
            deliveries=self._queueing.deliveries,
        )
        self._docket = Docket(
            name=self._queueing.name or f"modulo-{uuid4().hex}",
            url=self._queueing.url,
            execution_ttl=timedelta(0),
        )
        self._running: dict[str, asyncio.Task[None] | None] = {}
        self._releasing = False
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # In a task of its own from beginning to end: docket's context variables must be
        # set and reset in one context, and who enters need not be who leaves.
        self._worker = asyncio.create_task(self._work(started), name="sessions")
        self._worker.add_done_callback(self._report)
        await asyncio.wait({self._worker, started}, return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            await self._worker
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._releasing = True
        if self._worker is None or self._worker.done():
            return
        # The worker first: it then leaves cancelled sessions in the queue.
        self._worker.cancel()
        for running in self._running.values():
            if running is not None:
                running.cancel()
        await asyncio.wait([self._worker], timeout=STOP_SECONDS)
        if not self._worker.done():
            log.error("sessions do not let go after %g s; the logs keep them", STOP_SECONDS)

    def _report(self, worker: asyncio.Task[None]) -> None:
        if not worker.cancelled() and (problem := worker.exception()) is not None:
            log.critical("no sessions are run any more", exc_info=problem)

    async def _work(self, started: asyncio.Future[None]) -> None:
        queueing = self._queueing
        async with (
            self._docket,
            Worker(
                self._docket,
                concurrency=queueing.concurrency,
                redelivery_timeout=timedelta(seconds=queueing.redelivery_seconds),
                minimum_check_interval=timedelta(seconds=queueing.check_seconds),
                message_batch=queueing.batch,
                schedule_automatic_tasks=False,
                # Only a store that cannot be reached gets out of a session.
                dependencies=[Retry.forever(timedelta(seconds=queueing.retry_seconds))],
            ) as worker,
        ):
            self._docket.register(self.run_session)
            for session_id in await self._store.unfinished():
                await self.submit(session_id)
            started.set_result(None)
            await worker.run_forever()

    @property
    def ready(self) -> bool:
        """Sessions are being run."""
        return self._worker is not None and not self._worker.done() and not self._releasing

    async def submit(self, session_id: str) -> None:
        """Have a session run. Once in the queue or running, it is not taken up twice."""
        await self._docket.add(self.run_session, key=session_id)(session_id)

    async def cancel(self, session_id: str) -> Head:
        """End a session, wherever it runs. One that has ended stays as it is.

        The log comes first: from then on no worker can write to it. The signal only
        stops the work behind it sooner.

        Raises:
            UnknownSession: there is none.
        """
        cancelled = False
        while not (head := await self._store.head(session_id)).status.ended:
            # Stale means that the session went on meanwhile: look again.
            with suppress(StaleWriter):
                await self._store.append(session_id, CancelledWire(), expected=head.sequence)
                cancelled = True
        if cancelled:
            await self._docket.cancel(session_id)
        return head

    async def run_session(self, session_id: str) -> None:
        """Take a session up and run it to its outcome; the queue calls this."""
        if self._releasing:
            raise asyncio.CancelledError
        if session_id in self._running:
            log.warning("session %s runs here already", session_id)
            return
        self._running[session_id] = asyncio.current_task()
        try:
            await self._resumption.take_up(session_id)
        except StoreUnavailable as problem:
            log.error("session %s waits: %s", session_id, problem)  # noqa: TRY400  # no defect
            raise
        finally:
            del self._running[session_id]
