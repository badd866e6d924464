"""`/package`: planning-as-a-service, as its server has it. Its routes begin ordinary sessions."""

import asyncio
from http import HTTPStatus
from typing import Annotated, NoReturn

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.access.caller import Caller
from app.api.admission import begin
from app.api.caller import CallerByPassword
from app.api.clients.arguments import PlanArguments, SolveArguments, ValidateArguments
from app.api.clients.given import fail, judge
from app.api.clients.packages import (
    NOTHING,
    OPTIMAL,
    PLANNER,
    SOLVER,
    VALIDATOR,
    WHICHEVER,
    Choices,
    PackageOut,
    packages,
    planner_choices,
    solver_choices,
)
from app.api.problems import TYPE, Problem, ProblemFound, closing, declared
from app.api.service import Limits, LimitsHere, Service, ServiceHere
from app.modulo.bank import PLANNERS
from app.modulo.budget import Budget
from app.modulo.strategies.ladder import Rung
from app.modulo.watch import Watch
from app.sessions.errors import RequestRefused
from app.sessions.origin import Origin
from app.sessions.request import LadderRequest, PlanRequest
from planners.errors import TaskError
from planners.pddl import read_task
from planners.task import Task

router = APIRouter(tags=["clients"])
PackageName = Annotated[str, Path(max_length=100, description="Name of a package.")]
ServiceName = Annotated[str, Path(max_length=100, description="Name of one of its services.")]
FOR_POSTS = declared(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
# Sessions with a label of this kind may be looked at by whoever knows their id.
LABEL = "package/"


class BegunOut(BaseModel):
    """Where to ask what has come of a request."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"result": "/check/0f8fad5bd9cb469fa16570867728950e"}]},
    )

    result: str = Field(description="A path on this server; unguessable, and all that is needed.")


@router.get(
    "/package",
    summary="List packages",
    response_model_exclude_none=True,
)
async def list_packages(service: ServiceHere, caller: CallerByPassword) -> dict[str, PackageOut]:  # noqa: ARG001 (who may look)
    """List what can be asked for, by package: its services and what they take."""
    return packages(service.catalogue())


@router.get(
    "/package/{package}/{service_name}",
    summary="Look at a package",
    response_model_exclude_none=True,
    responses=declared(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def look_at_package(
    package: PackageName,
    service_name: ServiceName,
    service: ServiceHere,
    caller: CallerByPassword,  # noqa: ARG001 (who may look)
) -> PackageOut:
    """Tell what the services of a package take."""
    found = packages(service.catalogue()).get(package)
    if found is None or service_name not in found.endpoint.services:
        _unknown(service, package, service_name)
    return found


@router.post(
    f"/package/{SOLVER}/solve",
    summary="Ask the loop for a plan",
    responses=FOR_POSTS,
)
async def solve(
    asked: SolveArguments,
    caller: CallerByPassword,
    service: ServiceHere,
    limits: LimitsHere,
) -> BegunOut:
    """Begin a session of a language model under a sound verifier, and say where to look."""
    choices = solver_choices(service.catalogue())
    watch = _chosen("watch", asked.watch, choices)
    wanted = PlanRequest(
        task=Task(domain=asked.domain, problem=asked.problem),
        model=_chosen("model", asked.model, choices),
        strategy=_chosen("strategy", asked.strategy, choices),
        budget=caller.quota.cut(
            Budget(attempts=asked.attempts, seconds=float(asked.seconds)), asked.model_fields_set
        ),
        preference=asked.preference,
        watch=() if watch in {None, NOTHING} else (Watch(watch),),
        seed=asked.seed,
        origin=_origin(caller, SOLVER),
    )
    return await _begun(service, limits, wanted)


@router.post(
    f"/package/{PLANNER}/solve",
    summary="Ask a sound planner for a plan",
    responses=FOR_POSTS,
)
async def plan(
    asked: PlanArguments,
    caller: CallerByPassword,
    service: ServiceHere,
    limits: LimitsHere,
) -> BegunOut:
    """Begin a session of planners alone, and say where to look. No model is asked."""
    choices = planner_choices(service.catalogue())
    engine = _chosen("engine", asked.engine, choices)
    optimal = _chosen("goal", asked.goal, choices) == OPTIMAL
    wanted = PlanRequest(
        task=Task(domain=asked.domain, problem=asked.problem),
        strategy=PLANNERS,
        ladder=LadderRequest(
            rungs=(Rung.OPTIMAL if optimal else Rung.PLAN,),
            engine=None if engine == WHICHEVER else engine,
        ),
        budget=caller.quota.cut(
            Budget(attempts=2, seconds=float(asked.seconds)), asked.model_fields_set
        ),
        seed=asked.seed,
        origin=_origin(caller, PLANNER),
    )
    return await _begun(service, limits, wanted)


@router.post(
    f"/package/{VALIDATOR}/validate",
    summary="Have a plan judged",
    responses=FOR_POSTS,
)
async def validate(
    asked: ValidateArguments,
    caller: CallerByPassword,
    service: ServiceHere,
    limits: LimitsHere,
) -> BegunOut:
    """Judge a plan, and say where to look at what was found. No model is asked."""
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    task = Task(domain=asked.domain, problem=asked.problem)
    wanted = PlanRequest(task=task, origin=_origin(caller, VALIDATOR))
    await service.entrance.begin(caller.key, spends=False)
    try:
        await asyncio.to_thread(read_task, task)
    except TaskError as problem:
        return _where(await fail(service, wanted, str(problem)))
    return _where(await judge(service, wanted, asked.plan))


@router.post(
    "/package/{package}/{service_name}",
    summary="Ask a package that there is not",
    responses=FOR_POSTS,
)
async def ask_nobody(
    package: PackageName,
    service_name: ServiceName,
    service: ServiceHere,
    caller: CallerByPassword,  # noqa: ARG001 (who may ask)
) -> BegunOut:
    """Say which packages there are: those on offer have routes of their own."""
    _unknown(service, package, service_name)


async def _begun(service: Service, limits: Limits, wanted: PlanRequest) -> BegunOut:
    """Begin a session; of a task that cannot be used it has failed as it begins.

    A client that is told so by a status shows its user no more than that number.
    """
    try:
        head = await begin(service, limits, wanted)
    except (TaskError, RequestRefused) as problem:
        await service.entrance.begin(wanted.origin.key, spends=False)
        return _where(await fail(service, wanted, str(problem)))
    return _where(head.session_id)


def _where(session_id: str) -> BegunOut:
    return BegunOut(result=f"/check/{session_id}")


def _origin(caller: Caller, package: str) -> Origin:
    return caller.origin(label=LABEL + package)


def _chosen(argument: str, value: str | None, choices: Choices) -> str | None:
    """Give a value that is among the choices.

    Raises:
        RequestRefused: it is not.
    """
    names = [name for name, _ in choices[argument]]
    if value is not None and value not in names:
        said = f"there is no {argument} {value!r}; on offer: {', '.join(names)}"
        raise RequestRefused(f"/{argument}", said)
    return value


def _unknown(service: Service, package: str, name: str) -> NoReturn:
    offered = packages(service.catalogue())
    there = ", ".join(
        f"{known}/{each}" for known, told in offered.items() for each in told.endpoint.services
    )
    raise ProblemFound(
        Problem(
            type=f"{TYPE}unknown-package",
            title="There is no such package or service",
            status=HTTPStatus.NOT_FOUND,
            detail=f"there is no {package}/{name}; on offer: {there}",
        )
    )
