"""Ending when asked to: nothing new, a while for what is in flight, then the end."""

import asyncio

from app.api.service import Service


class Ending:
    """How a process ends. Asked once, it takes its leave; asked again, it goes at once.

    Attributes:
        over: Set when nothing is worth waiting for any more.
    """

    def __init__(self, service: Service, *, drain_seconds: float) -> None:
        """Make an ending that gives attempts in flight so many seconds."""
        self._service = service
        self._drain_seconds = drain_seconds
        self._leaving: asyncio.Task[None] | None = None
        self.over = asyncio.Event()

    def asked(self) -> None:
        """Begin to end, or cut it short. Call it on the event loop."""
        if self._leaving is None:
            self._service.closing.set()
            self._leaving = asyncio.create_task(self._leave(), name="leaving")
            # Not at the end of the task: cancelled before its first turn, it has none.
            self._leaving.add_done_callback(lambda _: self.over.set())
        else:
            self._leaving.cancel()

    async def _leave(self) -> None:
        await self._service.runner.drain(seconds=self._drain_seconds)
