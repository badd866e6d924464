"""Runs sessions: has the queue call for each of them in its turn, and sees to its end.

Whoever runs a session has read its log and is the next to write to it; a second writer, or
one left over, fails at its next event and stops.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from app.modulo.proposer import Verifier
from app.sessions.errors import StaleWriter, StoreUnavailable
from app.sessions.local_queue import LocalQueue
from app.sessions.observer import Observer, Observers, tell_of_end
from app.sessions.queue import GivenBack, Queue, RunsElsewhere, Ticket
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
        observers: Who is told of what this process writes to the logs.
        runs: Sessions are run here; else this process only submits them, and others run them.
    """

    def __init__(
        self,
        *,
        store: Store,
        composer: Composer,
        verifier: Verifier,
        queue: Queue | None = None,
        deliveries: int = 3,
        observers: Sequence[Observer] = (),
        runs: bool = True,
    ) -> None:
        self._store = store
        self._runs = runs
        self._running: set[asyncio.Task[None]] = set()
        self._observers = tuple(observers)
        self._queue = queue or LocalQueue()
        self._resumption = Resumption(
            store=store,
            composer=composer,
            verifier=verifier,
            deliveries=deliveries,
            observers=self._observers,
            leaving=self._is_leaving,
        )

    async def __aenter__(self) -> Self:
        await self._queue.open(self._run if self._runs else None)
        try:
            if self._runs:
                await self.sweep()
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

    @property
    def running(self) -> int:
        """How many sessions are being run here."""
        return len(self._running)

    async def submit(self, head: Head) -> None:
        """Have a new session run.

        A queue that is away is no error: the session stands in its log, and the next sweep
        finds it there.
        """
        try:
            await self._queue.submit(_ticket(head))
        except StoreUnavailable as problem:
            log.warning("a session waits for a sweep: %s", problem)

    async def submit_all(self, heads: Iterable[Head]) -> None:
        """Have sessions run that may be in the queue, or running, already."""
        tickets = [_ticket(head) for head in heads]
        try:
            await self._queue.submit_all(tickets)
        except StoreUnavailable as problem:
            log.warning("%d sessions wait for a sweep: %s", len(tickets), problem)

    async def sweep(self) -> None:
        """Submit the unfinished sessions that the queue has lost, or never got.

        Raises:
            StoreUnavailable: the store or the queue is away.
        """
        heads = await self._store.unfinished()
        await self._queue.submit_all(_ticket(head) for head in heads)

    async def drain(self, *, seconds: float) -> None:
        """Take nothing up any more, and have what runs end its attempts in flight.

        Sessions are given back where their attempts end. Those that have not come there in
        time go on until this runner is left, which cancels them.

        Args:
            seconds: So long attempts may take.
        """
        self._queue.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

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
            # Without the signal the work goes on until its next event is refused.
            with suppress(StoreUnavailable):
                await self._queue.cancel(session_id)
            await tell_of_end(self._store, session_id, Observers(self._observers))
        return head

    def _is_leaving(self) -> bool:
        return self._queue.leaving

    async def _run(self, session_id: str) -> None:
        """Take a session up and run it to its outcome; what this raises is tried again."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self._resumption.take_up(session_id)
        except (GivenBack, RunsElsewhere):
            raise
        except StoreUnavailable as problem:
            log.error("session %s waits: %s", session_id, problem)  # noqa: TRY400  # no defect
            raise
        except Exception:
            log.exception("session %s waits", session_id)
            raise
        finally:
            self._running.discard(task)


def _ticket(head: Head) -> Ticket:
    origin = head.origin
    return Ticket(session_id=head.session_id, lane=origin.lane, tenant=origin.tenant)
