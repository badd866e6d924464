"""Refuses bodies that are too large before they are in memory."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import answer, problem_of_status

PASS_OVER_BYTES = 64 * 1024 * 1024
PASS_OVER_SECONDS = 3.0


class BodyLimit:
    """ASGI middleware: 413 for a body past a bound, whether its length was told or not.

    Args:
        app: What gets the requests.
        most_bytes: The bound.
        paths: The paths that have a bound of their own.
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, paths: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._paths = dict(paths or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most_bytes = self._paths.get(scope["path"], self._most_bytes)
        detail = f"a body may have {most_bytes} bytes"
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told[:20]) > most_bytes:
            problem = problem_of_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            # Who asks before sending has not sent anything yet.
            if "expect" not in Headers(scope=scope):
                await _pass_over(receive)
            await answer(problem, {"Connection": "close"})(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most_bytes:
                if message.get("more_body"):
                    await _pass_over(receive)
                # Comes out where the body is read, so that the usual handler answers.
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            return message

        await self._app(scope, counted, send)


async def _pass_over(receive: Receive) -> None:
    """Let a client send the rest of a body, within bounds.

    A connection that is closed while somebody writes to it is reset, and what was said before
    is lost with it: the client would never see why.
    """
    passed = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PASS_OVER_SECONDS):
            while passed < PASS_OVER_BYTES:
                message = await receive()
                passed += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
