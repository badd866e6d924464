"""What was made of a task or a domain, kept for the next time; bounded by the size of the texts."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from planners.task import Task

Text = TypeVar("Text", bound=str | Task)
Made = TypeVar("Made")


class TextCache(Generic[Text, Made]):
    """Calls a function once per text while the result is kept. Safe to share by threads.

    Memory grows with the text that results were made from, so that is what is bounded.

    Args:
        make: Makes a result from a text. What it raises is not kept.
        max_kept: How many results are kept.
        max_characters: How long the texts of all that is kept may be together. The last
            result is kept whatever its length.
    """

    def __init__(
        self,
        make: Callable[[Text], Made],
        *,
        max_kept: int = 1024,
        max_characters: int = 8_388_608,
    ) -> None:
        self._make = make
        self._max_kept = max_kept
        self._max_characters = max_characters
        self._kept: OrderedDict[Text, Made] = OrderedDict()
        self._characters = 0
        self._last: tuple[Text, Made] | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, text: Text) -> bool:
        return text in self._kept

    def __call__(self, text: Text) -> Made:
        """Return the kept result, or make it. Of two threads the first one's is kept."""
        # The same one is asked for again and again. No other was meanwhile, so it is the newest.
        last = self._last
        if last is not None and last[0] is text:
            return last[1]
        kept = self._looked_up(text)
        self._last = text, kept
        return kept

    def _looked_up(self, text: Text) -> Made:
        with self._lock:
            found = self._kept.get(text)
            if found is not None:
                self._kept.move_to_end(text)
                return found
        made = self._make(text)
        with self._lock:
            kept = self._kept.setdefault(text, made)
            if kept is made:
                self._characters += _size(text)
            while len(self._kept) > 1 and (
                len(self._kept) > self._max_kept or self._characters > self._max_characters
            ):
                dropped, _ = self._kept.popitem(last=False)
                self._characters -= _size(dropped)
        return kept


class TaskCache(TextCache[Task, Made]):
    """The same for tasks."""


def _size(text: str | Task) -> int:
    return len(text) if isinstance(text, str) else len(text.domain) + len(text.problem)
