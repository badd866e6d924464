"""One session, from where its log ends to its outcome. Nothing paid for is asked again."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from app.modulo.events import AttemptStarted, Outcome
from app.modulo.proposer import Verifier
from app.sessions.errors import (
    BrokenLog,
    RequestRefused,
    SessionError,
    StaleWriter,
    StoreUnavailable,
    TakenUpTooOften,
    UnknownSession,
)
from app.sessions.history import Told, rebuild, tell
from app.sessions.observer import Observed, Observer, Observers
from app.sessions.queue import GivenBack, RunsElsewhere
from app.sessions.request import Composer
from app.sessions.store import Claim, Head, Store
from app.sessions.wire import DeliveredWire, FailedWire, ReleasedWire, StoredEvent, wired

log = logging.getLogger(__name__)

Saw: TypeAlias = Callable[[StoredEvent, float], None]


def _nobody(event: StoredEvent, at: float) -> None:
    """Tell nobody of an event."""


class Writer:
    """The only one who may write to a log, as long as nobody else has written to it."""

    def __init__(self, store: Store, session_id: str, sequence: int, saw: Saw = _nobody) -> None:
        """Take over a log whose last event has the given number; `saw` is told of the next."""
        self._store = store
        self._session_id = session_id
        self._sequence = sequence
        self._saw = saw
        self._claim = Claim()
        self._under_way: list[asyncio.Future[Head]] = []

    def send(self, event: StoredEvent) -> None:
        """Have an event added, and tell of it; `settle` and `write` wait for it.

        Raises:
            StaleWriter: an event before it was refused, as somebody else has written; stop.
            UnknownSession: the session was erased.
            StoreUnavailable: the store cannot write now, or is closed.
        """
        self._add(event)
        self._saw(event, time.time())

    def _add(self, event: StoredEvent) -> None:
        while self._under_way and self._under_way[0].done():
            self._under_way.pop(0).result()
        added = self._store.append(
            self._session_id, event, expected=self._sequence, claim=self._claim
        )
        # Counted now: should waiting be cut off, the event is on its way all the same.
        self._sequence += 1
        self._under_way.append(asyncio.ensure_future(added))

    async def settle(self) -> None:
        """Wait until every event that was sent is durable; raises as `send` does."""
        while self._under_way:
            await self._under_way.pop(0)

    async def write(self, event: StoredEvent) -> None:
        """Add an event, and tell of it once it and all before it are durable; raises as `send`."""
        at = time.time()
        self._add(event)
        await self.settle()
        self._saw(event, at)

    async def release(self) -> None:
        """Give the session back, unless its log is not this writer's to write any more."""
        # What went wrong with an earlier event goes wrong with this one too.
        with suppress(SessionError):
            await self.write(ReleasedWire())

    def let_go(self) -> None:
        """Wait for nothing any more."""
        for added in self._under_way:
            added.add_done_callback(_looked_at)
        self._under_way.clear()


def _looked_at(added: asyncio.Future[Head]) -> None:
    """Keep asyncio from reporting what nobody waited for."""
    if not added.cancelled():
        added.exception()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """Takes sessions up and goes on with them.

    Attributes:
        store: Where their logs are.
        composer: Puts together what their requests name.
        verifier: Judges the plans of the logs anew.
        deliveries: A session is given up when so many workers were lost over it one after
            another without progress.
        observers: Who is told of what is written.
        leaving: Says whether sessions are to be given back where their attempts end.
    """

    store: Store
    composer: Composer
    verifier: Verifier
    deliveries: int = 3
    observers: Sequence[Observer] = ()
    leaving: Callable[[], bool] = bool

    async def take_up(self, session_id: str) -> None:
        """Go on with a session to its outcome; if it has ended, nothing happens.

        Cancelled, it gives the session back: `released` is written, unless the log has
        ended already.

        Raises:
            GivenBack: between two rounds it was time to leave; `released` is written.
            RunsElsewhere: somebody else goes on with the log.
            StoreUnavailable: the log cannot be read or written now; later may be better.
        """
        # Erased means that it had ended.
        with suppress(UnknownSession):
            try:
                told = await self._told(session_id)
                if told is not None and not told.status.ended:
                    await self._run(session_id, told)
            except StaleWriter as problem:
                log.info("stopped: %s", problem)
                if not (await self.store.head(session_id)).status.ended:
                    raise RunsElsewhere(session_id) from None

    async def _told(self, session_id: str) -> Told | None:
        """Read a log; one that cannot be read fails its session, and None is given."""
        try:
            return tell(session_id, await self.store.read(session_id))
        except BrokenLog as problem:
            head = await self.store.head(session_id)
            saw = partial(Observers(self.observers).saw, Observed.unread(head))
            writer = Writer(self.store, session_id, head.sequence, saw)
            await writer.write(FailedWire(reason=str(problem)))
            return None

    async def _run(self, session_id: str, told: Told) -> None:
        observed, observers = Observed.of(session_id, told), Observers(self.observers)
        writer = Writer(self.store, session_id, told.sequence, partial(observers.saw, observed))
        try:
            await self._go_on(session_id, told, writer)
        except (asyncio.CancelledError, GivenBack):
            # Cancelled by its user, the log has ended already and takes nothing more.
            await writer.release()
            raise
        except (StaleWriter, UnknownSession, StoreUnavailable):
            raise
        except (SessionError, RequestRefused) as problem:
            await writer.write(FailedWire(reason=str(problem)))
        except Exception as problem:
            log.exception("session %s broke", session_id)
            await writer.write(FailedWire(reason=f"internal error ({type(problem).__name__})"))
        finally:
            writer.let_go()
            observers.left(observed)

    async def _go_on(self, session_id: str, told: Told, writer: Writer) -> None:
        if told.lost >= self.deliveries:
            raise TakenUpTooOften(session_id, told.lost)
        await writer.write(DeliveredWire())
        request, trace = await rebuild(session_id, told, self.verifier)
        solver = self.composer.compose(request)
        paid = False
        async with aclosing(solver.solve(request.task, request.budget, trace)) as events:
            async for event in events:
                if isinstance(event, AttemptStarted):
                    # What was paid for is durable before more is asked for. That it is asked
                    # for need not be: the proposal does not wait for the disk.
                    if paid:
                        await writer.settle()
                        paid = False
                    # Behind it begins a round: nothing is in flight yet.
                    if self.leaving():
                        raise GivenBack(session_id)
                    writer.send(wired(event))
                elif isinstance(event, Outcome):
                    await writer.write(wired(event))
                    return
                else:
                    writer.send(wired(event))
                    paid = True
        raise RuntimeError("the loop ended without an outcome")
