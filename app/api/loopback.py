"""What a request says of where it comes from, for a service that is open to its machine alone.

That it came over loopback is not enough. A page in a browser can reach loopback, under a name
of its own that leads here (DNS rebinding) or by sending blindly; a proxy on this machine hands
on what others send.
"""

import ipaddress
from collections.abc import Set
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from app.api.problems import TYPE, Problem

# Sent by proxies that hand on what others send.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
WAY_OUT = (
    "this service is open without API keys, and so to its own machine alone; "
    "`modulo keys create` changes that"
)


def is_direct(request: HTTPConnection) -> bool:
    """Say whether a request comes from this machine, and from nobody behind it."""
    peer = request.client
    return peer is not None and is_loopback(peer.host) and not _is_forwarded(request)


def refusal(request: HTTPConnection, origins: Set[str]) -> Problem | None:
    """Say why a request is not taken by a service that is open to its machine alone.

    Args:
        request: As it came.
        origins: Pages of these origins may send requests; `*` is any.
    """
    name = _host(f"//{request.headers.get('host', '')}")
    if not is_loopback(name):
        return Problem(
            type=f"{TYPE}foreign-host",
            title="This service answers to no such name",
            status=HTTPStatus.MISDIRECTED_REQUEST,
            detail=f"call it localhost; {WAY_OUT}",
        )
    if _is_forwarded(request):
        return Problem(
            type=f"{TYPE}forwarded",
            title="This service takes nothing that is handed on",
            status=HTTPStatus.FORBIDDEN,
            detail=WAY_OUT,
        )
    origin = request.headers.get("origin")
    if origin is None or is_loopback(_host(origin)) or not origins.isdisjoint({origin, "*"}):
        return None
    return Problem(
        type=f"{TYPE}foreign-origin",
        title="Pages of this origin may not use this service",
        status=HTTPStatus.FORBIDDEN,
        detail=f"MODULO_BROWSER_ORIGINS names those that may; {WAY_OUT}",
    )


def is_loopback(name: str) -> bool:
    """Say whether a name or an address always means the machine itself."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in {"localhost", "localhost."} or name.endswith(".localhost")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_forwarded(request: HTTPConnection) -> bool:
    return any(name in request.headers for name in FORWARDED)
