"""A line of the log for each request, and a name for it that its other lines carry, too."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

log = logging.getLogger(__name__)

NAME = "X-Request-Id"
# What clients may call their requests; anything else is no name to write into a log.
ALLOWED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
# Asked every few seconds by machines; of interest only to who looks for them.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})


class AccessLog:
    """Writes a line when an answer has been sent; those of probes only for `debug`.

    The client's `X-Request-Id` is taken over where it is a plain name. The answer carries it
    back, or one that is made here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and write its line behind it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(NAME, "")
        name = asked if ALLOWED.fullmatch(asked) else secrets.token_hex(8)
        bind_contextvars(request=name)
        began = time.perf_counter()
        status = 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[NAME] = name
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            weight = logging.DEBUG if scope["path"] in PROBES else logging.INFO
            if log.isEnabledFor(weight):
                log.log(weight, "request_served", extra=_told(scope, status, began))


def _told(scope: Scope, status: int, began: float) -> dict[str, object]:
    """Tell of a request, without its query and its bodies; status 0 is no answer."""
    return {
        "method": scope["method"],
        "path": scope["path"],
        "status": int(status),
        "seconds": round(time.perf_counter() - began, 4),
    }
