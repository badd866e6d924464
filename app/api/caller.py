"""Whoever sends a request, as the routes see them: by their API key, where keys are needed.

`/v1` as a whole is behind the door (`app.api.door`), so that no route of it can be left open by
mistake. Elsewhere a route that asks for a caller is closed, and one that does not is open.
"""

import base64
import binascii
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBasic, HTTPBearer
from starlette.requests import HTTPConnection

from app.access.caller import Caller
from app.access.errors import KeyRefused
from app.api.loopback import is_direct
from app.api.problems import TYPE, Problem, ProblemFound
from app.api.service import ServiceHere


class _Password(HTTPBasic):
    """Stands in the OpenAPI document; what was sent is read below, where all is refused alike."""

    async def __call__(self, request: Request) -> None:
        """Read nothing."""


_bearer = HTTPBearer(
    scheme_name="key",
    description="An API key: `modulo keys create` makes one. Not needed where the service is open.",
    auto_error=False,
)
_password = _Password(
    scheme_name="keyAsPassword",
    description="The same key as a password, for editors that send what stands in a URL. The name "
    "may be any.",
    auto_error=False,
)


def key_of(request: HTTPConnection) -> str | None:
    """Give the key that was sent as a bearer token, or None."""
    return _sent(request, "bearer")


async def _caller(
    request: Request, service: ServiceHere, _: Annotated[object, Depends(_bearer)]
) -> Caller:
    # The door asks before the body is read, and leaves here what it found.
    known: Caller | None = getattr(request.state, "caller", None)
    return known or await service.entrance.caller(key_of(request))


async def _caller_by_password(
    request: Request,
    service: ServiceHere,
    _: Annotated[object, Depends(_bearer)],
    __: Annotated[object, Depends(_password)],
) -> Caller:
    try:
        return await service.entrance.caller(key_of(request) or _password_of(request))
    except KeyRefused as refused:
        raise KeyRefused(refused.sent, password=True) from None


async def _reader_of_metrics(request: Request, service: ServiceHere) -> None:
    if is_direct(request) or await service.entrance.is_open():
        return
    if not (await service.entrance.caller(key_of(request))).metrics:
        raise ProblemFound(
            Problem(
                type=f"{TYPE}not-allowed",
                title="This key may not read the metrics",
                status=HTTPStatus.FORBIDDEN,
                detail="they count everybody's sessions; `modulo keys create --metrics` makes a "
                "key that may",
            )
        )


def _sent(request: HTTPConnection, scheme: str) -> str | None:
    said, _, sent = request.headers.get("authorization", "").partition(" ")
    return sent.strip() if said.lower() == scheme else None


def _password_of(request: HTTPConnection) -> str | None:
    sent = _sent(request, "basic")
    try:
        return None if sent is None else base64.b64decode(sent).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


CallerHere = Annotated[Caller, Depends(_caller)]
"""Whoever sends a request, with their key as a bearer token."""

CallerByPassword = Annotated[Caller, Depends(_caller_by_password)]
"""The same, and the key may be the password of HTTP Basic, as editors send it."""

ForReadersOfMetrics = Depends(_reader_of_metrics)
"""Lets in this machine, and keys that may read the metrics."""
