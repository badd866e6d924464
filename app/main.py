"""The composition root of the service: `python -m app.main` serves, by its settings."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from app.api.app import create_app
from app.api.server import Server
from app.api.service import Service
from app.bank import open_bank
from app.sessions.local_queue import LocalQueue
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.settings import Settings


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncGenerator[Service, None]:
    """Open the bank, the store and the runner, and close them in the other order."""
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    async with (
        open_bank(settings) as bank,
        SqliteStore(settings.database) as store,
        Runner(
            store=store,
            composer=bank,
            verifier=bank.verifier,
            queue=LocalQueue(concurrency=settings.concurrency),
        ) as runner,
    ):
        # Before the first request, which else would wait for them to start.
        await bank.verifier.warm()
        yield Service(
            store=store,
            runner=runner,
            composer=bank,
            verifier=bank.verifier,
            planners=bank.planners,
            catalogue=bank.catalogue,
            opinions=lambda: dict(bank.referee.tally),
        )


def application(settings: Settings) -> FastAPI:
    """Make the HTTP application of these settings."""
    return create_app(lambda: open_service(settings), version=version("modulo-planning"))


def main() -> None:
    """Serve until a signal ends it."""
    settings = Settings()
    sys.stderr.write(f"Modulo serves on http://{settings.host}:{settings.port}\n")
    Server(application(settings), host=settings.host, port=settings.port).run()


if __name__ == "__main__":
    main()
