"""The application of a worker: it says how it is, and takes no requests."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from app.api import about, metrics, problems
from app.api.service import Limits, Service


def create_health_app(
    open_service: Callable[[], AbstractAsyncContextManager[Service]], *, version: str
) -> FastAPI:
    """Make the application: `/livez`, `/readyz` and `/metrics`, as those of the API.

    Args:
        open_service: Opens the parts of the worker on the event loop that serves, and closes
            them when the process shuts down.
        version: Of the project.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with open_service() as service:
            app.state.service = service
            yield
            service.closing.set()

    app = FastAPI(title="Modulo worker", version=version, lifespan=lifespan, openapi_url=None)
    app.state.limits = Limits()
    problems.install(app)
    app.add_api_route("/livez", about.alive)
    app.add_api_route("/readyz", about.ready)
    app.include_router(metrics.router)
    return app
