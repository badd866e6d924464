"""What was made of a task, kept for the next time; bounded by the size of the texts."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from planners.task import Task

Made = TypeVar("Made")


class TaskCache(Generic[Made]):
    """Calls a function once per task while the result is kept. Safe to share by threads.

    Memory grows with the text that results were made from, so that is what is bounded.

    Args:
        make: Makes a result from a task. What it raises is not kept.
        max_tasks: How many results are kept.
        max_characters: How long the texts of all kept tasks may be together. The last
            result is kept whatever its length.
    """

    def __init__(
        self,
        make: Callable[[Task], Made],
        *,
        max_tasks: int = 1024,
        max_characters: int = 8_388_608,
    ) -> None:
        self._make = make
        self._max_tasks = max_tasks
        self._max_characters = max_characters
        self._kept: OrderedDict[Task, Made] = OrderedDict()
        self._characters = 0
        self._last: tuple[Task, Made] | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, task: Task) -> bool:
        return task in self._kept

    def __call__(self, task: Task) -> Made:
        """Return the kept result, or make it. Of two threads the first one's is kept."""
        # The same task is asked for again and again. No other was meanwhile, so it is the newest.
        last = self._last
        if last is not None and last[0] is task:
            return last[1]
        kept = self._looked_up(task)
        self._last = task, kept
        return kept

    def _looked_up(self, task: Task) -> Made:
        with self._lock:
            found = self._kept.get(task)
            if found is not None:
                self._kept.move_to_end(task)
                return found
        made = self._make(task)
        with self._lock:
            kept = self._kept.setdefault(task, made)
            if kept is made:
                self._characters += _size(task)
            while len(self._kept) > 1 and (
                len(self._kept) > self._max_tasks or self._characters > self._max_characters
            ):
                dropped, _ = self._kept.popitem(last=False)
                self._characters -= _size(dropped)
        return kept


def _size(task: Task) -> int:
    return len(task.domain) + len(task.problem)
