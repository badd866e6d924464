"""Opens the parts of a process, by its settings: one that serves, one that runs sessions, or both.

With `app.bank` the composition root: no other module names concrete parts. What runs sessions
and what serves are made of the same ones; they differ in who takes sessions up.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

from pydantic import SecretStr

from app.api.service import Service
from app.bank import open_bank
from app.register import open_access
from app.sessions.docket_lane import Pace
from app.sessions.docket_queue import DocketQueue
from app.sessions.keeping import keeping
from app.sessions.local_queue import LocalQueue
from app.sessions.queue import Places, Queue
from app.sessions.runner import Runner
from app.settings import LogFormat, Settings
from app.storage import open_storage
from app.telemetry.logs import configure_logs
from app.telemetry.telemetry import Telemetry, traces_type
from app.webhooks.addresses import Allowed
from app.webhooks.sending import sending

# The same in all processes that share a Redis.
QUEUE_NAME = "modulo"


def prepare(settings: Settings) -> None:
    """Set up the log of this process, and see that what its settings want is installed.

    Raises:
        ExtraMissing: traces are wanted, and their extra is not installed.
    """
    configure_logs(json=settings.log_format is LogFormat.JSON, level=settings.log_level)
    if settings.traces:
        traces_type()


@asynccontextmanager
async def open_service(settings: Settings, *, runs: bool) -> AsyncGenerator[Service, None]:
    """Open the bank, the storage and the runner, and close them in the other order.

    Args:
        settings: Of this process.
        runs: Sessions are run here; else they are only submitted, for workers elsewhere.

    Raises:
        StoreUnavailable: the storage cannot be opened.
    """
    async with AsyncExitStack() as opened:
        telemetry = await opened.enter_async_context(
            Telemetry(version=version("modulo-planning"), traces=settings.traces)
        )
        bank = await opened.enter_async_context(open_bank(settings, telemetry))
        storage = await opened.enter_async_context(open_storage(settings))
        telemetry.processes(settings.verifier_processes, lambda: bank.verifier.load)
        store = telemetry.store(storage.store)
        if runs:
            await opened.enter_async_context(
                sending(
                    storage.notices,
                    storage.store,
                    secret=_told(settings.webhook_secret),
                    allowed=Allowed(settings.webhooks),
                    count=lambda result: telemetry.meters.webhooks(result).inc(),
                )
            )
        entrance = await opened.enter_async_context(open_access(settings))
        runner = await opened.enter_async_context(
            Runner(
                store=store,
                composer=bank,
                verifier=bank.verifier,
                queue=queue_of(settings),
                observers=(*telemetry.observers, *entrance.observers),
                runs=runs,
            )
        )
        await opened.enter_async_context(
            keeping(
                storage.store,
                retention=timedelta(hours=settings.retention_hours),
                sweep=runner.sweep if runs else None,
            )
        )
        # Before the first request, which else would wait for them to start.
        await bank.verifier.warm()
        yield Service(
            store=store,
            batches=storage.batches,
            runner=runner,
            composer=bank,
            verifier=telemetry.verifier(bank.verifier),
            planners=bank.planners,
            catalogue=bank.catalogue,
            entrance=entrance,
            opinions=lambda: dict(bank.referee.tally),
            telemetry=telemetry,
        )


def queue_of(settings: Settings) -> Queue:
    """Make the queue of these settings: over Redis, or of this process alone."""
    places = Places(
        interactive=settings.concurrency,
        batch=settings.batch_concurrency,
        tenant=settings.tenant_concurrency,
    )
    if settings.redis_url is None:
        return LocalQueue(places=places)
    return DocketQueue(
        url=str(settings.redis_url),
        name=QUEUE_NAME,
        places=places,
        pace=Pace(redelivery_seconds=settings.redelivery_seconds),
    )


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
