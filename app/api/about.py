"""What is on offer, and whether the process can serve."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter

from app.api.caller import CallerHere
from app.api.problems import TYPE, Problem, ProblemFound, declared
from app.api.service import LimitsHere, ServiceHere
from app.api.views import EngineOut, HealthOut, OfferOut
from app.sessions.errors import StoreUnavailable

router = APIRouter()
PROBE_SECONDS = 2.0


@router.get("/v1/catalogue", summary="See what is on offer", tags=["catalogue"])
async def catalogue(
    service: ServiceHere,
    caller: CallerHere,  # noqa: ARG001 (who may look)
) -> dict[str, tuple[EngineOut | OfferOut, ...]]:
    """List models, strategies, critics, engines, and the domains that the apprentice knows."""
    return {
        kind: tuple(
            (EngineOut if "source" in offer else OfferOut).model_validate(offer) for offer in offers
        )
        for kind, offers in service.catalogue().items()
    }


@router.get("/livez", summary="The process answers", tags=["health"])
async def alive() -> HealthOut:
    """Answer as long as the process can. If it does not, restart it.

    The answer comes from the event loop that runs the sessions, so one that is blocked gives
    none.
    """
    return HealthOut(status="alive")


@router.get(
    "/readyz",
    summary="The process takes requests",
    tags=["health"],
    responses=declared(HTTPStatus.SERVICE_UNAVAILABLE),
)
async def ready(service: ServiceHere, limits: LimitsHere) -> HealthOut:
    """Answer when sessions can be taken and run; models are not asked."""
    if (lacking := await _lacking(service)) is not None:
        problem = Problem(
            type=f"{TYPE}not-ready",
            title="The process takes no requests now",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            detail=lacking,
        )
        raise ProblemFound(problem, limits.retry_seconds)
    return HealthOut(status="ready")


async def _lacking(service: ServiceHere) -> str | None:
    if service.closing.is_set():
        return "it is shutting down"
    if not service.runner.ready:
        return "no sessions are being run"
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await service.store.ping()
    except (StoreUnavailable, TimeoutError):
        return "the store does not answer"
    return None
