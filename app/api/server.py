"""Serving, and ending well: streams and waits end first, so that nothing holds the end up."""

import asyncio
import gc
from itertools import count
from socket import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.api.ending import Ending

COLLECT_AFTER_OBJECTS = 50_000
LOOK_SECONDS = 1.0
LONG_LOOK_EVERY = 60


def settle_memory() -> None:
    """Tell the garbage collector that what is loaded now stays, and not to look by itself.

    A look takes the longer the more has come since the last one and is in use: with 500
    sessions in flight, in which it found next to nothing, up to 0.1 s. `look_for_garbage` looks
    instead, unless very much comes at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS, 10, 10)


async def look_for_garbage() -> None:
    """Look at what has come in the last second, again and again, and once a minute at more.

    What garbage was seen came from connections: the sockets of asyncio's own loop hold themselves.
    """
    for look in count(1):
        await asyncio.sleep(LOOK_SECONDS)
        gc.collect(1 if look % LONG_LOOK_EVERY == 0 else 0)


class Server(uvicorn.Server):
    """A uvicorn server that tells its application when it is asked to end.

    It listens until attempts in flight have ended, so that whoever asks hears that the process
    is about to end. A second signal ends it at once. Without this, uvicorn would wait for open
    streams as long as their sessions last.

    Args:
        app: Its `state.service` is there once it has started.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        drain_seconds: So long attempts in flight may take when it is asked to end.
    """

    def __init__(self, app: FastAPI, *, host: str, port: int, drain_seconds: float = 0.0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                # Said rather than found: without them it would serve as well, and slowly.
                loop="uvloop",
                http="httptools",
                # Its lines go where all others go; requests have lines of our own.
                log_config=None,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=10,
            )
        )
        self._app = app
        self._drain_seconds = drain_seconds
        self._ending: Ending | None = None
        self._exiting: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the application and begin to listen."""
        await super().startup(sockets)
        settle_memory()
        self._looking = asyncio.create_task(look_for_garbage())

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Close the application."""
        if self._looking is not None:
            self._looking.cancel()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: from now on the application is closing."""
        if getattr(self._app.state, "service", None) is None or self.should_exit:
            super().handle_exit(sig, frame)
        else:
            # A signal does not wake the loop; this does.
            asyncio.get_running_loop().call_soon_threadsafe(self._asked, sig)

    def _asked(self, sig: int) -> None:
        if self._ending is None:
            self._ending = Ending(self._app.state.service, drain_seconds=self._drain_seconds)
            self._exiting = asyncio.create_task(self._exit(self._ending, sig))
        self._ending.asked()

    async def _exit(self, ending: Ending, sig: int) -> None:
        await ending.over.wait()
        super().handle_exit(sig, None)
