"""The slots of a model server, and the queue before them."""

import asyncio
import heapq
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count


class QueueFull(Exception):
    """As many wait as may.

    Attributes:
        waiting: How many that are.
    """

    def __init__(self, waiting: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting


class Slots:
    """Lets so many in at once; the others wait, lowest priority number first, then in order.

    Attributes:
        running: How many are in.
        waiting: How many wait.
        most_running: How many were in at once, at most, so far.

    Args:
        slots: How many are let in at once, at least 1.
        most_waiting: How many may wait, or None for any number.
    """

    def __init__(self, slots: int, most_waiting: int | None = None) -> None:
        if slots < 1:
            raise ValueError(f"needs at least 1 slot, not {slots}")
        self._slots = slots
        self._most_waiting = most_waiting
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self.running = 0
        self.waiting = 0
        self.most_running = 0

    @contextmanager
    def place(self, priority: int = 0) -> Generator[asyncio.Future[None], None, None]:
        """Take a slot or a place in the queue, and keep it until the block ends.

        Yields:
            What to await: done once the slot is there.

        Raises:
            QueueFull: at once, where there is neither.
        """
        turn = self._queued(priority)
        try:
            yield turn
        finally:
            if turn.done() and not turn.cancelled():
                self.running -= 1
                self._let_in()
            else:
                turn.cancel()
                self.waiting -= 1

    def _queued(self, priority: int) -> asyncio.Future[None]:
        full = self._most_waiting is not None and self.waiting >= self._most_waiting
        if self.running >= self._slots and full:
            raise QueueFull(self.waiting)
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (priority, next(self._numbers), turn))
        self.waiting += 1
        self._let_in()
        return turn

    def _let_in(self) -> None:
        while self._queue and self.running < self._slots:
            _, _, turn = heapq.heappop(self._queue)
            # Whoever was cancelled is in the heap still, and in no count any more.
            if not turn.done():
                self.waiting -= 1
                self.running += 1
                self.most_running = max(self.most_running, self.running)
                turn.set_result(None)
