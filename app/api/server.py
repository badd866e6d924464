"""Serving, and ending well: streams and waits end first, so that nothing holds the end up."""

import asyncio
import gc
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

COLLECT_AFTER_OBJECTS = 10_000


def settle_memory() -> None:
    """Tell the garbage collector that what is loaded now stays, and to look less often.

    A thousand sessions at once keep so many objects alive that looking through all of
    them, and through every module besides, took a quarter of the CPU of an attempt.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 20, 20)


class Server(uvicorn.Server):
    """A uvicorn server that tells its application when it is asked to end.

    Without this, uvicorn would wait for open streams as long as their sessions last.
    """

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=10
            )
        )
        self._app = app

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the application and begin to listen."""
        await super().startup(sockets)
        settle_memory()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: from now on the application is closing."""
        service = getattr(self._app.state, "service", None)
        if service is not None:
            # A signal does not wake the loop; this does.
            asyncio.get_running_loop().call_soon_threadsafe(service.closing.set)
        super().handle_exit(sig, frame)
