"""Which pages may use the API from a browser (CORS)."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Prefer")
READ = ("Location", "Preference-Applied", "Retry-After", "WWW-Authenticate")


def let_in(app: FastAPI, origins: Sequence[str]) -> None:
    """Let pages of these origins use an application; without any nothing changes.

    Call it behind all other middleware: what is added last stands outermost, and only then
    can such a page read problem documents, too.

    Args:
        app: The application.
        origins: Such as `https://editor.planning.domains`; `*` is any.
    """
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("DELETE", "GET", "POST"),
            allow_headers=SENT,
            expose_headers=READ,
            # A page of the net asks so before it may use a service on the user's own machine.
            allow_private_network=True,
        )
