"""One lane of a queue that processes share: docket's list of it, and its worker here.

docket takes up, renews leases, delivers again what a lost worker held, and comes back when
Redis does. What a session is to it is a call with two names; what becomes of the call is
decided here.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self, TypeAlias
from uuid import uuid4

from docket import ConcurrencyLimit, Disposition, Docket, Execution, Worker
from docket.dependencies import (
    AdmissionBlocked,
    Dependency,
    FailureHandler,
    TaskOutcome,
    current_execution,
)

from app.sessions.queue import GivenBack, Run, RunsElsewhere, Ticket

log = logging.getLogger(__name__)
# After so long docket tries whether Redis is back.
RECONNECTION_SECONDS = 0.5
# So long docket remembers what has ended. The logs do for good; but without any record it
# cannot take out what waited aside, and a place that comes free is then lost on it for a while.
RECORD_SECONDS = 5
# What docket knows the calls by, in every process.
CALL = "run_session"

Call: TypeAlias = Callable[..., Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a lane's worker goes about it.

    Attributes:
        redelivery_seconds: After so long without a sign of life a session goes to another
            worker.
        check_seconds: How often a worker that has no free place looks for one.
        batch: Sessions that a worker takes from the queue at a time. Hundreds at a time
            would go through their attempts in step: all wait for the model together, and
            then all want the CPU together.
        retry_seconds: After so long a session that could not be run is run again.
    """

    redelivery_seconds: float = 10.0
    check_seconds: float = 0.025
    batch: int = 4
    retry_seconds: float = 1.0


class DocketLane:
    """Submits to one docket, and where it is opened with `run`, runs what is submitted.

    Args:
        name: Of the docket; the same in all processes that share it.
        url: Of its Redis, or `memory://`.
        places: Sessions of the lane that run side by side here.
        most_of_one: Sessions of one tenant that run side by side in all processes.
        pace: How its worker goes about it.
    """

    def __init__(
        self, *, name: str, url: str, places: int, most_of_one: int | None, pace: Pace
    ) -> None:
        self._pace = pace
        self.docket = Docket(name=name, url=url, execution_ttl=timedelta(seconds=RECORD_SECONDS))
        self._most_of_one = most_of_one
        self._worker = LaneWorker(
            self.docket,
            self,
            # Two lanes of one process, and two processes of one machine, are not the same.
            name=f"{socket.gethostname()}#{os.getpid()}#{uuid4().hex[:8]}",
            concurrency=places,
            redelivery_timeout=timedelta(seconds=pace.redelivery_seconds),
            reconnection_delay=timedelta(seconds=RECONNECTION_SECONDS),
            minimum_check_interval=timedelta(seconds=pace.check_seconds),
            message_batch=pace.batch,
            schedule_automatic_tasks=False,
            dependencies=[Again(self), LoopWatch()],
        )
        self._run: Run | None = None
        self._running: dict[str, asyncio.Task[None] | None] = {}
        self._stopped: set[asyncio.Task[None] | None] = set()
        self._late: asyncio.TimerHandle | None = None
        self.paused = False
        self.cut_off = False

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """The tasks of the sessions that run here."""
        return [task for task in self._running.values() if task is not None]

    @property
    def retry_seconds(self) -> float:
        """After so long a session that is not at its end is run again."""
        # What a process that ends gives back, another may take up at once.
        return 0.0 if self.paused else self._pace.retry_seconds

    async def serve(self, run: Run | None, opened: "asyncio.Future[None]") -> None:
        """Keep the docket open, and run what is submitted, until this is cancelled.

        One task from beginning to end for each lane: docket's context variables are set and
        reset in it, and say which lane's worker it is.
        """
        self._run = run
        async with self.docket:
            self.docket.register(self._call_within(self._most_of_one))
            if run is None:
                opened.set_result(None)
                await asyncio.Event().wait()
            async with self._worker:
                opened.set_result(None)
                await self._worker.run_forever()

    async def submit(self, tickets: Sequence[Ticket]) -> None:
        """Have sessions run; of those that docket knows already nothing happens.

        Raises:
            RedisError: Redis is away; some may have been submitted.
        """
        if len(tickets) == 1:
            # One round trip; many take two, however many they are.
            (ticket,) = tickets
            await self.docket.add(CALL, key=ticket.session_id)(ticket.session_id, ticket.tenant)
            return
        call = self.docket.call
        executions = await self.docket.add_many(
            [
                call(CALL, key=ticket.session_id)(ticket.session_id, ticket.tenant)
                for ticket in tickets
            ]
        )
        for execution in executions:
            if execution.schedule_exception is not None:
                raise execution.schedule_exception

    async def unknown(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Give those of a few sessions that neither wait nor run anywhere.

        `submit` alone does not see those that wait aside for their tenant's bound.

        Raises:
            RedisError: Redis is away.
        """
        keys = [self.docket.runs_key(ticket.session_id) for ticket in tickets]
        async with self.docket.redis() as redis:
            # Most often all are known, or none is.
            known = await redis.exists(*keys)
            if known in {0, len(keys)}:
                return [] if known else list(tickets)
            there = [await redis.exists(key) for key in keys]
        return [ticket for ticket, known in zip(tickets, there, strict=True) if not known]

    def pause(self) -> None:
        """Take nothing up any more, but keep the leases of what runs."""
        self.paused = True
        self._worker.concurrency = 0

    def stop_all(self) -> None:
        """Cancel what runs here; another may go on with it."""
        if self._late is not None:
            self._late.cancel()
        for task in self.running:
            self._stopped.add(task)
            task.cancel()

    def loop_began(self) -> None:
        """Take note that docket's worker is at work, again after Redis was away."""
        self.cut_off = False
        if self._late is not None:
            self._late.cancel()

    def loop_ended(self) -> None:
        """Take note that docket's worker has lost Redis, or is to end.

        It renews no leases any more, and comes back only when all that runs here has ended.
        So sessions are given back where their attempts end, and soon in any case.
        """
        self.cut_off = True
        if self._running and not self.paused:
            loop = asyncio.get_running_loop()
            self._late = loop.call_later(self._pace.redelivery_seconds, self.stop_all)

    def _call_within(self, most_of_one: int | None) -> Call:
        """Make what docket calls; its name is `CALL`."""
        if most_of_one is None:

            async def run_session(session_id: str, tenant: str) -> None:  # noqa: ARG001
                await self._call(session_id)
        else:

            async def run_session(
                session_id: str,
                tenant: Annotated[str, ConcurrencyLimit(most_of_one)],  # noqa: ARG001
            ) -> None:
                await self._call(session_id)

        return run_session

    async def _call(self, session_id: str) -> None:
        """Run a session; what this raises is what docket has to know of it."""
        if self.paused or self._run is None:
            raise GivenBack(session_id)
        if session_id in self._running:
            log.warning("session %s runs here already", session_id)
            raise _left_alone()
        task = self._running[session_id] = asyncio.current_task()
        try:
            await self._run(session_id)
        except RunsElsewhere:
            raise _left_alone() from None
        except asyncio.CancelledError:
            # Cancelled by docket, it is over. Cancelled by us, it goes on somewhere.
            if task in self._stopped:
                raise GivenBack(session_id) from None
            raise
        finally:
            del self._running[session_id]
            self._stopped.discard(task)


def _left_alone() -> AdmissionBlocked:
    """Say that a delivery is another worker's: were it acknowledged here, it would be lost."""
    return AdmissionBlocked(current_execution.get(), "another worker", handled=True)


class LaneWorker(Worker):
    """A docket worker that knows its lane."""

    def __init__(self, docket: Docket, lane: DocketLane, **options: Any) -> None:
        super().__init__(docket, **options)
        self.lane = lane


class LoopWatch(Dependency["LoopWatch"]):
    """Tells a lane when its worker's loop begins and ends; docket enters it around the loop."""

    @classmethod
    @asynccontextmanager
    async def worker_lifecycle(
        cls,
        docket: Docket,  # noqa: ARG003  # docket's signature
        worker: LaneWorker,
    ) -> AsyncGenerator[None, None]:
        """Stand around the loop of a worker."""
        worker.lane.loop_began()
        try:
            yield
        finally:
            worker.lane.loop_ended()

    async def __aenter__(self) -> Self:
        """Stand around one session: nothing to do."""
        return self


class Again(FailureHandler["Again"]):
    """Has a session that is not at its end run again: nothing but its end takes it out."""

    def __init__(self, lane: DocketLane) -> None:
        self._lane = lane

    async def __aenter__(self) -> Self:
        """Stand around one session: nothing to do."""
        return self

    async def handle_failure(
        self,
        execution: Execution,
        outcome: TaskOutcome,  # noqa: ARG002  # docket's signature
    ) -> bool:
        """Put a session back into the queue in one step; false where it was replaced."""
        seconds = self._lane.retry_seconds
        execution.when = datetime.now(UTC) + timedelta(seconds=seconds)
        disposition = await execution.schedule(
            replace=True,
            reschedule_message=execution.message_id,
            expected_generation=execution.generation,
        )
        return disposition is not Disposition.SUPERSEDED
