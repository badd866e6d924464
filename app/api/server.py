"""Serving, and ending well: streams and waits end first, so that nothing holds the end up."""

import asyncio
from types import FrameType

import uvicorn
from fastapi import FastAPI


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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: from now on the application is closing."""
        service = getattr(self._app.state, "service", None)
        if service is not None:
            # A signal does not wake the loop; this does.
            asyncio.get_running_loop().call_soon_threadsafe(service.closing.set)
        super().handle_exit(sig, frame)
