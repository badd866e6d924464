"""Refuses bodies that are too large before they are in memory."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import answer, problem_of_status


class BodyLimit:
    """ASGI middleware: 413 for a body past a bound, whether its length was told or not."""

    def __init__(self, app: ASGIApp, *, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        detail = f"a body may have {self._most_bytes} bytes"
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told[:20]) > self._most_bytes:
            problem = problem_of_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            await answer(problem, {"Connection": "close"})(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most_bytes:
                # Comes out where the body is read, so that the usual handler answers.
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            return message

        await self._app(scope, counted, send)
