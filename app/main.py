"""Serves, by its settings: `python -m app.main`.

Without a Redis this process runs the sessions as well; with one workers do (`app.worker`).
"""

import asyncio
import sys
from importlib.metadata import version

from fastapi import FastAPI

from app.access.errors import RegisterUnavailable
from app.api.app import create_app
from app.api.server import Server
from app.api.service import Limits
from app.composition import open_service, prepare
from app.register import Unprotected, who_gets_in
from app.settings import Settings
from app.telemetry.telemetry import ExtraMissing
from app.webhooks.addresses import Allowed


def application(settings: Settings) -> FastAPI:
    """Make the HTTP application of these settings."""
    return create_app(
        lambda: open_service(settings, runs=settings.redis_url is None),
        version=version("modulo-planning"),
        limits=Limits(webhooks=Allowed(settings.webhooks)),
        browser_origins=settings.browser_origins,
    )


def main() -> None:
    """Serve until a signal ends it."""
    settings = Settings()
    try:
        prepare(settings)
        access = asyncio.run(who_gets_in(settings))
    except (ExtraMissing, Unprotected, RegisterUnavailable) as problem:
        sys.exit(f"modulo: {problem}")
    sys.stderr.write(f"Modulo serves on http://{settings.host}:{settings.port}: {access}\n")
    Server(
        application(settings),
        host=settings.host,
        port=settings.port,
        drain_seconds=settings.drain_seconds,
    ).run()


if __name__ == "__main__":
    main()
