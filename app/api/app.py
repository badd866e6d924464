"""The application: the routes, and the parts behind them for as long as it runs."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from app.api import about, batches, events, metrics, openapi, plans, problems, repairs, validations
from app.api.access_log import AccessLog
from app.api.clients import router as clients
from app.api.door import Door
from app.api.limits import BodyLimit
from app.api.origins import let_in
from app.api.service import Limits, Service

TAGS = [
    {"name": "plans", "description": "Sessions: each is one request for a plan, and its log."},
    {"name": "batches", "description": "Many sessions at once, as JSON lines."},
    {"name": "validations", "description": "The verifier alone; no model is asked."},
    {"name": "repairs", "description": "Sound planners alone; no model is asked."},
    {"name": "catalogue", "description": "What can be named in a request."},
    {
        "name": "clients",
        "description": "For the clients of planning-as-a-service and the PDDL extension of VS "
        "Code, in their own forms.",
    },
    {"name": "health", "description": "For whoever runs the process."},
]
DESCRIPTION = (
    "A language model proposes PDDL plans, sound critics say what is wrong with them, and the "
    "model tries again. A plan you get back is valid: it has been executed against your domain."
)


def create_app(
    open_service: Callable[[], AbstractAsyncContextManager[Service]],
    *,
    version: str,
    limits: Limits | None = None,
    browser_origins: Sequence[str] = (),
) -> FastAPI:
    """Make the application.

    Args:
        open_service: Opens the parts behind the routes on the event loop that serves, and
            closes them when the process shuts down.
        version: Of the project, for the OpenAPI document.
        limits: Bounds of the interface.
        browser_origins: Those whose pages may use it from a browser.
    """
    limits = limits or Limits()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with open_service() as service:
            app.state.service = service
            yield
            service.closing.set()

    app = FastAPI(
        title="Modulo",
        version=version,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
    )
    app.state.limits = limits
    app.add_middleware(
        BodyLimit, most_bytes=limits.body_bytes, paths={"/v1/batches": limits.batch_bytes}
    )
    app.add_middleware(Door, origins=browser_origins)
    app.add_middleware(metrics.Timing)
    app.add_middleware(AccessLog)
    let_in(app, browser_origins)
    problems.install(app)
    for room in (plans, events, batches, validations, repairs, about, clients, metrics):
        app.include_router(room.router)
    openapi.install(app)
    return app
