"""The slots of a model server, and the queue before them."""

import asyncio
import heapq
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count


class QueueFull(Exception):
    """As many wait as may.

    Attributes:
        waiting: How many that are.
    """

    def __init__(self, waiting: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting


@dataclass(slots=True, eq=False)
class Turn:
    """A place in the queue, and then in a slot.

    Attributes:
        came: Done once the slot is there.
        asked: When the place was asked for.
        since: From when the slot is its: that may lie before it heard of it.
        ended: When its work was over, if it says so; the slot is the next one's from then on,
            however late the machine is in seeing it. Otherwise from when it leaves.
    """

    came: asyncio.Future[None]
    asked: float
    since: float = 0.0
    ended: float | None = None


class Slots:
    """Lets so many in at once; the others wait, lowest priority number first, then in order.

    A crowded machine does not bend the time of a slot. Without that, calls that were late
    together would be together from then on: each crowd would stay one.

    Attributes:
        running: How many are in.
        waiting: How many wait.
        most_running: How many were in at once, at most, so far.

    Args:
        slots: How many are let in at once, at least 1.
        most_waiting: How many may wait, or None for any number.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        slots: int,
        most_waiting: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if slots < 1:
            raise ValueError(f"needs at least 1 slot, not {slots}")
        self._slots = slots
        self._most_waiting = most_waiting
        self._clock = clock
        self._queue: list[tuple[int, int, Turn]] = []
        self._numbers = count()
        self.running = 0
        self.waiting = 0
        self.most_running = 0

    @contextmanager
    def place(self, priority: int = 0) -> Generator[Turn, None, None]:
        """Take a slot or a place in the queue, and keep it until the block ends.

        Raises:
            QueueFull: at once, where there is neither.
        """
        turn = self._queued(priority)
        try:
            yield turn
        finally:
            if turn.came.done() and not turn.came.cancelled():
                self.running -= 1
                self._let_in(self._clock() if turn.ended is None else turn.ended)
            else:
                turn.came.cancel()
                self.waiting -= 1

    def _queued(self, priority: int) -> Turn:
        full = self._most_waiting is not None and self.waiting >= self._most_waiting
        if self.running >= self._slots and full:
            raise QueueFull(self.waiting)
        turn = Turn(asyncio.get_running_loop().create_future(), asked=self._clock())
        heapq.heappush(self._queue, (priority, next(self._numbers), turn))
        self.waiting += 1
        self._let_in(turn.asked)
        return turn

    def _let_in(self, free_since: float) -> None:
        while self._queue and self.running < self._slots:
            _, _, turn = heapq.heappop(self._queue)
            # Whoever was cancelled is in the heap still, and in no count any more.
            if not turn.came.done():
                self.waiting -= 1
                self.running += 1
                self.most_running = max(self.most_running, self.running)
                turn.since = max(turn.asked, free_since)
                turn.came.set_result(None)
