"""Keeps out, before a body is read, whoever may not come in."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.entrance import Entrance
from app.access.errors import AccessError
from app.api.caller import key_of
from app.api.loopback import refusal
from app.api.problems import Problem, answer, answer_to

BEHIND = "/v1/"
STATUSES = (HTTPStatus.FORBIDDEN, HTTPStatus.MISDIRECTED_REQUEST)
"""What it answers on any path, beside 401 behind `/v1/`."""


class Door:
    """ASGI middleware: a key for all of `/v1/`, and nobody from outside while there are no keys.

    Args:
        app: What gets the requests that pass.
        origins: Pages of these origins may send requests to a service that is open.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] == "http":
            try:
                problem = await self._problem(scope)
            except AccessError as error:
                await answer_to(error)(scope, receive, send)
                return
            if problem is not None:
                await answer(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _problem(self, scope: Scope) -> Problem | None:
        """Find what is wrong with where a request comes from, and who sends it."""
        entrance: Entrance = scope["app"].state.service.entrance
        request = HTTPConnection(scope)
        if await entrance.is_local():
            problem = refusal(request, self._origins)
            if problem is not None:
                return problem
        if scope["path"].startswith(BEHIND):
            request.state.caller = await entrance.caller(key_of(request))
        return None
