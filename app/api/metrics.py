"""`/metrics`: what the process served, and how its sessions stand, for Prometheus."""

import time
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import declared
from app.api.service import ServiceHere
from app.sessions.status import Status
from planners.opinion import Stand

router = APIRouter()


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge(
            "modulo_sessions",
            "Sessions in the store.",
            ["status"],
            registry=self.registry,
        )
        self.opinions = Counter(
            "modulo_second_opinions",
            "Opinions of independent validators on the verifier's verdicts.",
            ["validator", "stand"],
            registry=self.registry,
        )
        self._counted: dict[tuple[str, Stand], int] = {}
        self.requests = Histogram(
            "modulo_http_request_seconds",
            "Time from a request to the start of its answer; streams go on behind it.",
            ["method", "route", "status"],
            registry=self.registry,
        )

    def count_opinions(self, tally: Mapping[tuple[str, Stand], int]) -> None:
        """Bring the counter to a tally that has grown since the last time."""
        for (validator, stand), times in tally.items():
            more = times - self._counted.get((validator, stand), 0)
            self.opinions.labels(validator, stand).inc(more)
            self._counted[validator, stand] = times


class Timing:
    """Times requests by their route, not by their path: ids would make a series each."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and take the time until its answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.requests.labels(
                    scope["method"] if route != "none" else "any", route, message["status"]
                ).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, timed)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    tags=["health"],
    response_class=Response,
    responses={
        HTTPStatus.OK: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **declared(HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
async def scrape(request: Request, service: ServiceHere) -> Response:
    """Give the metrics; sessions are counted in the store, by status."""
    metrics: Metrics = request.app.state.metrics
    counts = await service.store.counts()
    for status in Status:
        metrics.sessions.labels(status.value).set(counts.get(status, 0))
    metrics.count_opinions(service.opinions())
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
