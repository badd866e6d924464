"""Adds up what is spent with each key, and writes it down every second."""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from app.access.errors import RegisterUnavailable
from app.access.register import Register, Spending
from app.sessions.observer import Observed
from app.sessions.wire import AttemptFinishedWire, StoredEvent

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
SEEN_EVERY = timedelta(minutes=1)
DAY_SECONDS = 86_400


class Ledger:
    """Counts tokens where attempts finish; an `Observer`. Enter it to have it write.

    A process that is killed loses what its attempts spent in the last second, nothing more:
    a session goes on elsewhere, but attempts that are in the log are not told of again.

    Args:
        register: Where it writes.
        every_seconds: How long it collects.
    """

    def __init__(self, register: Register, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._register = register
        self._every_seconds = every_seconds
        self._spent: Counter[tuple[str, int]] = Counter()
        self._used: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self._ending = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._writing is not None:
            # Not cancelled: nobody would know whether what is just being written was counted.
            self._ending.set()
            await self._writing
        await self.write()

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Count what an attempt cost; see `Observer`."""
        key_id = session.origin.key
        if key_id is None or not isinstance(event, AttemptFinishedWire):
            return
        attempt = event.attempt
        costs = (attempt.tokens, *(critique.tokens for critique in attempt.critiques))
        self._spent[key_id, int(at // DAY_SECONDS)] += sum(cost.tokens().total for cost in costs)

    def left(self, session: Observed) -> None:
        """Nothing is counted here; see `Observer`."""

    def used(self, key_id: str) -> None:
        """Take note that a key was sent just now; once a minute will do."""
        now = datetime.now(UTC)
        told = self._told.get(key_id)
        if told is None or now - told >= SEEN_EVERY:
            self._told[key_id] = self._used[key_id] = now

    async def write(self) -> None:
        """Write down what was collected; what cannot be written now is kept for later."""
        spent, self._spent = self._spent, Counter()
        used, self._used = self._used, {}
        if not spent and not used:
            return
        spending = [
            Spending(key_id=key_id, day=day, tokens=tokens)
            for (key_id, day), tokens in spent.items()
        ]
        try:
            await self._register.note(spending, used)
        except RegisterUnavailable as problem:
            log.warning("what was spent is kept until it can be written: %s", problem)
            self._spent += spent
            self._used = {**used, **self._used}

    async def _write_on(self) -> None:
        while not self._ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), self._every_seconds)
            await self.write()
