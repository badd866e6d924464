"""Metrics for Prometheus: requests as they are answered, and the scrape of all there is."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.exposition import generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.caller import ForReadersOfMetrics
from app.api.problems import declared
from app.api.service import Service, ServiceHere
from app.sessions.errors import StoreUnavailable
from app.sessions.status import Status

router = APIRouter()
COUNT_SECONDS = 2.0


class Timing:
    """Times requests by their route, not by their path: ids would make a series each."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and take the time until its answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        service: Service = scope["app"].state.service
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if route != "none" else "any"
                taken = time.perf_counter() - began
                times = service.telemetry.meters.request_time
                times(method, route, str(message["status"])).observe(taken)
            await send(message)

        await self._app(scope, receive, timed)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    tags=["health"],
    response_class=Response,
    dependencies=[ForReadersOfMetrics],
    responses={
        HTTPStatus.OK: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **declared(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
async def scrape(service: ServiceHere) -> Response:
    """Give the metrics. Sessions are counted in the store, unless that is away.

    Needs a key that may read them, unless it is asked for on the machine itself.
    """
    meters = service.telemetry.meters
    counts: Mapping[Status, int] | None = None
    # When the store is away, the rest is needed most.
    with suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(COUNT_SECONDS):
            counts = await service.store.counts()
    meters.count_sessions(counts)
    meters.count_opinions(service.opinions())
    return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)
