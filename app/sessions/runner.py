"""Runs sessions: has the queue call for each of them in its turn, and sees to its end.

Whoever runs a session has read its log and is the next to write to it; a second writer, or
one left over, fails at its next event and stops.
"""

import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from app.modulo.proposer import Verifier
from app.sessions.errors import StaleWriter, StoreUnavailable
from app.sessions.local_queue import LocalQueue
from app.sessions.queue import Queue, Ticket
from app.sessions.request import Composer
from app.sessions.resume import Resumption
from app.sessions.store import Head, Store
from app.sessions.wire import CancelledWire

log = logging.getLogger(__name__)


class Runner:
    """Runs the sessions of one store. Enter it to start; leaving it gives back what runs.

    A session given back stands unfinished in its log, and goes on from there when a
    runner is entered again.

    Args:
        store: Where the sessions are.
        composer: Puts together what their requests name.
        verifier: Judges the plans of the logs anew.
        queue: Calls for each session in its turn; without one, one within this process.
        deliveries: A session is given up when so many workers were lost over it one after
            another, none of which finished an attempt.
    """

    def __init__(
        self,
        *,
        store: Store,
        composer: Composer,
        verifier: Verifier,
        queue: Queue | None = None,
        deliveries: int = 3,
    ) -> None:
        self._store = store
        self._queue = queue or LocalQueue()
        self._resumption = Resumption(
            store=store, composer=composer, verifier=verifier, deliveries=deliveries
        )

    async def __aenter__(self) -> Self:
        await self._queue.open(self._run)
        try:
            for head in await self._store.unfinished():
                await self.submit(head)
        except BaseException:
            await self._queue.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._queue.close()

    @property
    def ready(self) -> bool:
        """Sessions are being run."""
        return self._queue.ready

    async def submit(self, head: Head) -> None:
        """Have a session run. Once in the queue or running, it is not taken up twice."""
        origin = head.origin
        await self._queue.submit(
            Ticket(session_id=head.session_id, lane=origin.lane, tenant=origin.tenant)
        )

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
            await self._queue.cancel(session_id)
        return head

    async def _run(self, session_id: str) -> None:
        """Take a session up and run it to its outcome; what this raises is tried again."""
        try:
            await self._resumption.take_up(session_id)
        except StoreUnavailable as problem:
            log.error("session %s waits: %s", session_id, problem)  # noqa: TRY400  # no defect
            raise
        except Exception:
            log.exception("session %s waits", session_id)
            raise
