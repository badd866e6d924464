"""Runs sessions that others have taken, without the HTTP API: `python -m app.worker`.

With `MODULO_WORKER_PORT` it answers how it is, and nothing else.
"""

import asyncio
import signal
import sys
from importlib.metadata import version

import uvloop
from fastapi import FastAPI

from app.api.ending import Ending
from app.api.health import create_health_app
from app.api.server import Server, look_for_garbage, settle_memory
from app.composition import open_service, prepare
from app.console import Exit
from app.sessions.errors import StoreUnavailable
from app.settings import Settings
from app.telemetry.telemetry import ExtraMissing


def application(settings: Settings) -> FastAPI:
    """Make the application that says how a worker of these settings is."""
    return create_health_app(
        lambda: open_service(settings, runs=True), version=version("modulo-planning")
    )


async def work(settings: Settings) -> None:
    """Run sessions until a signal ends it.

    Raises:
        StoreUnavailable: Redis is away, at the start.
    """
    async with open_service(settings, runs=True) as service:
        ending = Ending(service, drain_seconds=settings.drain_seconds)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.asked)
        settle_memory()
        looking = asyncio.create_task(look_for_garbage())
        await ending.over.wait()
        looking.cancel()


def main() -> None:
    """Run sessions until a signal ends it."""
    settings = Settings()
    if settings.redis_url is None:
        sys.stderr.write(
            "modulo: a worker takes sessions from a Redis: set MODULO_REDIS_URL, such as "
            "redis://localhost:6379/0; without one `modulo serve` runs them itself\n"
        )
        sys.exit(Exit.BAD_INPUT)
    try:
        prepare(settings)
    except ExtraMissing as problem:
        sys.stderr.write(f"modulo: {problem}\n")
        sys.exit(Exit.BAD_INPUT)
    if settings.worker_port is not None:
        sys.stderr.write(f"Modulo works; http://{settings.host}:{settings.worker_port}/readyz\n")
        Server(
            application(settings),
            host=settings.host,
            port=settings.worker_port,
            drain_seconds=settings.drain_seconds,
        ).run()
        return
    sys.stderr.write("Modulo works\n")
    try:
        uvloop.run(work(settings))
    except StoreUnavailable as problem:
        sys.stderr.write(f"modulo: {problem}\n")
        sys.exit(Exit.BROKEN)


if __name__ == "__main__":
    main()
