"""What the routes have at hand, opened before the first request and closed after the last."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias, TypeVar

from fastapi import Depends, Request

from app.access.entrance import Entrance
from app.api.closing import Closing
from app.modulo.proposer import Verifier
from app.proposers.sound import SoundPlanners
from app.sessions.batches import Batches
from app.sessions.request import Composer
from app.sessions.runner import Runner
from app.sessions.store import Store
from app.telemetry.telemetry import Telemetry
from app.webhooks.addresses import Allowed
from planners.opinion import Stand

Result = TypeVar("Result")
Catalogue: TypeAlias = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the interface.

    Attributes:
        body_bytes: Larger bodies are refused.
        batch_bytes: So large the body of a batch may be.
        batch_lines: So many sessions one batch may have.
        wait_seconds: How long a request waits for its session unless it says otherwise.
        most_wait_seconds: How long it may wait at most.
        keep_alive_seconds: A stream with nothing to say sends a comment so often.
        retry_seconds: When to ask again, as told to clients.
        most_waiting: So many repairs may wait for a planner; more are sent away.
        webhooks: Where webhooks may go.
    """

    body_bytes: int = 4 * 1024 * 1024
    batch_bytes: int = 16 * 1024 * 1024
    batch_lines: int = 1000
    wait_seconds: float = 25.0
    most_wait_seconds: float = 60.0
    keep_alive_seconds: float = 15.0
    retry_seconds: int = 1
    most_waiting: int = 16
    webhooks: Allowed = field(default_factory=Allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts behind the routes.

    Attributes:
        store: Where sessions are.
        batches: Which of them were asked for together.
        runner: What runs them.
        composer: Says whether a request can be served.
        verifier: Judges plans that clients send.
        planners: Repair plans that clients send.
        catalogue: Lists what is on offer: by kind, each with its name and a line about it;
            engines say more (`app.bank`).
        entrance: Who gets in, and how much they may begin; everybody, unless said.
        opinions: Counts those of independent validators, by validator and stand.
        telemetry: Counts what happens, and is scraped.
        closing: Set when the process is about to end: streams and waits end, nothing new
            is taken.
        arriving: Tenants and idempotency keys of requests that have no session yet.
        repairing: One token of each repair that is being made, or waits for a planner.
    """

    store: Store
    batches: Batches
    runner: Runner
    composer: Composer
    verifier: Verifier
    planners: SoundPlanners
    catalogue: Callable[[], Catalogue]
    opinions: Callable[[], Mapping[tuple[str, Stand], int]] = dict
    telemetry: Telemetry = field(default_factory=Telemetry)
    entrance: Entrance = field(default_factory=Entrance)
    closing: Closing = field(default_factory=Closing)
    arriving: set[tuple[str, str]] = field(default_factory=set)
    repairing: set[object] = field(default_factory=set)

    async def before_closing(self, waiting: Awaitable[Result]) -> Result | None:
        """Wait for something, but no longer than the process is to go on; then None."""
        return await self.closing.or_result(waiting)


# FastAPI would call plain functions in a thread, twice for each request.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _limits(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


ServiceHere = Annotated[Service, Depends(_service)]
LimitsHere = Annotated[Limits, Depends(_limits)]
