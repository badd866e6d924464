"""The HTTP of the simulated model server, and how it is served: on loopback alone."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from deploy.loadtest.journal import Note
from deploy.loadtest.simulation import Options, Simulation, refused

HOST = "127.0.0.1"
END_SECONDS = 1
_CUT = "ASGI callable returned without completing response."


def application(simulation: Simulation) -> FastAPI:
    """Make the HTTP application of a simulation."""
    app = FastAPI(title="Simulated model server", openapi_url=None)

    async def health() -> Response:
        return Response()

    async def models() -> dict[str, object]:
        options = simulation.options
        model = {"id": options.model, "object": "model", "created": 0, "owned_by": "simulated"}
        return {"object": "list", "data": [{**model, "max_model_len": options.context_tokens}]}

    async def metrics() -> Response:
        return Response(metrics_text(simulation), media_type="text/plain")

    async def misread(_: Request, problem: Exception) -> Response:
        return refused(400, str(problem), "BadRequestError")

    app.add_api_route("/health", health)
    app.add_api_route("/metrics", metrics)
    app.add_api_route("/v1/models", models)
    app.add_api_route("/v1/chat/completions", simulation.chat, methods=["POST"])
    app.add_exception_handler(RequestValidationError, misread)
    return app


def metrics_text(simulation: Simulation) -> str:
    """Write the metrics as Prometheus reads them, under vLLM's names where vLLM has them."""
    engine, model = simulation.engine, simulation.options.model
    values: dict[str, int] = {
        "vllm:num_requests_running": engine.slots.running,
        "vllm:num_requests_waiting": engine.slots.waiting,
        "vllm:prefix_cache_queries_total": engine.cache.asked_tokens,
        "vllm:prefix_cache_hits_total": engine.cache.found_tokens,
        "vllm:generation_tokens_total": engine.made_tokens,
        "simulated:calls_total": simulation.calls,
        "simulated:finished_total": engine.finished,
        "simulated:left_total": engine.left,
        "simulated:most_running": engine.slots.most_running,
    }
    lines = [f'{name}{{model_name="{model}"}} {value}' for name, value in values.items()]
    lines += [
        f'simulated:faults_total{{model_name="{model}",kind="{kind}"}} {count}'
        for kind, count in simulation.faults.items()
    ]
    return "\n".join(lines) + "\n"


class LoopbackServer(uvicorn.Server):
    """A uvicorn server on an open socket of this machine alone.

    Attributes:
        up: Set once it answers.

    Args:
        app: What it serves.
        signals: Whether it ends at SIGINT and SIGTERM; else whoever started it ends it.
    """

    def __init__(self, app: FastAPI, *, signals: bool) -> None:
        logging.getLogger("uvicorn.error").addFilter(_is_no_cut)
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="error",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=END_SECONDS,
            )
        )
        self._signals = signals
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Listen to signals, or leave them to others."""
        if self._signals:
            with super().capture_signals():
                yield
        else:
            yield


def _is_no_cut(record: logging.LogRecord) -> bool:
    """Tell what a cut stream makes uvicorn say, for it takes that for a mistake of ours."""
    return record.msg != _CUT


def listening(port: int) -> socket.socket:
    """Open a port of this machine that no other one reaches; 0 takes a free one.

    Raises:
        OSError: if it is taken.
    """
    return socket.create_server((HOST, port), backlog=2048)


def url_of(opened: socket.socket) -> str:
    """Say where the API begins."""
    return f"http://{HOST}:{opened.getsockname()[1]}/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A simulated server that answers.

    Attributes:
        url: Where its API begins.
        simulation: What it does.
    """

    url: str
    simulation: Simulation


@asynccontextmanager
async def serving(
    options: Options, port: int = 0, *, note: Note = lambda _: None
) -> AsyncGenerator[Served, None]:
    """Serve within this process until the block ends; `note` is told of each call."""
    simulation = Simulation(options, note)
    with listening(port) as opened:
        server = LoopbackServer(application(simulation), signals=False)
        running = asyncio.create_task(server.serve(sockets=[opened]))
        try:
            await server.up.wait()
            yield Served(url=url_of(opened), simulation=simulation)
        finally:
            # Calls that stall would never end by themselves.
            server.should_exit = server.force_exit = True
            await running
