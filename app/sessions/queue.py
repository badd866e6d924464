"""What a queue of sessions owes. It holds ids and nothing else: all else stands in the logs."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias

Run: TypeAlias = Callable[[str], Coroutine[Any, Any, None]]


class Queue(Protocol):
    """Has sessions run, by id and in order, so many of them at a time.

    What it forgets when it is closed, or when the process is lost, stands unfinished in its
    log and is submitted again at the next start.
    """

    @property
    def ready(self) -> bool:
        """What is submitted is run."""
        ...

    async def open(self, run: Run) -> None:
        """Begin to run what is submitted.

        Args:
            run: Runs a session. Cancelled, it gives the session back and raises
                `CancelledError`. Whatever else it raises means that the session cannot be
                run now: it is run again after a while, and its place is free meanwhile.
        """
        ...

    async def close(self) -> None:
        """Cancel what runs, and wait until it has let go. Nothing is run afterwards."""
        ...

    async def submit(self, session_id: str) -> None:
        """Have a session run. Once in the queue or running, it is not taken up twice."""
        ...

    async def cancel(self, session_id: str) -> None:
        """Take a session out of the queue, or stop it where it runs, as soon as may be."""
        ...
