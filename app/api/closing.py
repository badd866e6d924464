"""The end of a process, as those learn of it who wait for something."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


class Closing:
    """Set once, when the process is about to end: whoever waits stops waiting. For one loop."""

    def __init__(self) -> None:
        self._set = False
        self._waits: set[asyncio.Timeout] = set()

    def is_set(self) -> bool:
        """Say whether the process is about to end."""
        return self._set

    def set(self) -> None:
        """Have everybody stop waiting. Call it on the event loop."""
        if self._set:
            return
        self._set = True
        for wait in self._waits:
            wait.reschedule(0.0)

    async def or_result(self, waiting: Awaitable[Result]) -> Result | None:
        """Wait for something, but no longer than the process is to go on; then None.

        What was waited for is cancelled, and has let go when this returns.
        """
        # In this task, without one for what is waited for and another for the end: a thousand
        # streams come here at every event.
        try:
            async with asyncio.timeout(0.0 if self._set else None) as wait:
                self._waits.add(wait)
                try:
                    return await waiting
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            if wait.expired():
                return None
            raise
