"""`/v1/repairs`: sound planners make plans of flawed ones. No model is asked."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from app.access.caller import Quota
from app.api.caller import CallerHere
from app.api.models import RepairIn
from app.api.presence import CLIENT_CLOSED_REQUEST, while_there
from app.api.problems import TYPE, Problem, ProblemFound, closing, declared
from app.api.service import Limits, LimitsHere, Service, ServiceHere
from app.api.views import RepairOut, repair_out
from app.proposers.judged import Repaired
from app.proposers.judged import repair as mended
from app.sessions.errors import RequestRefused
from planners.pddl import read_task
from planners.plan import read_plan
from planners.repair.ways import Way
from planners.task import Task

router = APIRouter(tags=["repairs"])


@router.post(
    "/v1/repairs",
    summary="Repair a plan",
    response_model=RepairOut,
    responses=declared(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
)
async def repair(
    asked: RepairIn,
    request: Request,
    service: ServiceHere,
    caller: CallerHere,
    limits: LimitsHere,
) -> RepairOut | Response:
    """Have a sound planner make a plan of a flawed one, and compare the two.

    That it finds none is a result, not an error. A plan in the answer was executed and
    reaches the goal. A client that hangs up ends the planner.
    """
    _refuse(asked, service, caller.quota)
    with _admitted(service, limits):
        await service.entrance.begin(caller.key, spends=False)
        repaired = await service.before_closing(
            while_there(request, _repaired(asked, service, caller.quota))
        )
    if repaired is not None:
        return repair_out(repaired)
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    # Nobody reads this; the metrics count it.
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _repaired(asked: RepairIn, service: Service, quota: Quota) -> Repaired:
    task = Task(domain=asked.domain, problem=asked.problem)
    await asyncio.to_thread(read_task, task)
    plan = None if asked.plan is None else await asyncio.to_thread(read_plan, asked.plan)
    return await mended(
        service.planners,
        service.verifier,
        way=asked.way,
        task=task,
        plan=plan,
        engine=asked.engine,
        # What nobody asked for is cut down to what the key allows.
        seconds=quota.budget_seconds if asked.seconds is None else asked.seconds,
        seed=asked.seed,
    )


def _refuse(asked: RepairIn, service: Service, quota: Quota) -> None:
    """Refuse what cannot be done, before anything is done for it.

    Raises:
        RequestRefused: the planners on offer cannot do it.
    """
    planners = service.planners
    if asked.plan is None and asked.way is not Way.PLAN:
        raise RequestRefused("/plan", f"the way {asked.way.value!r} starts from a plan; send one")
    if asked.seconds is not None and asked.seconds > planners.limits.seconds:
        most = f"a planner here may take {planners.limits.seconds:g} seconds"
        raise RequestRefused("/seconds", most)
    if asked.seconds is not None and asked.seconds > (quota.budget_seconds or asked.seconds):
        most = f"with this key a planner may take {quota.budget_seconds:.15g} seconds"
        raise RequestRefused("/seconds", most)
    names = [engine.name for engine in planners.engines]
    if asked.engine is not None and asked.engine not in names:
        said = f"there is no engine {asked.engine!r}; on offer: {', '.join(names)}"
        raise RequestRefused("/engine", said)


@contextmanager
def _admitted(service: Service, limits: Limits) -> Iterator[None]:
    """Count a repair as long as it is made, and refuse it where too many are.

    Raises:
        ProblemFound: not now.
    """
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    if len(service.repairing) >= service.planners.limits.processes + limits.most_waiting:
        raise ProblemFound(
            Problem(
                type=f"{TYPE}planners-busy",
                title="Too many wait for a planner already",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            ),
            limits.retry_seconds,
        )
    token = object()
    service.repairing.add(token)
    try:
        yield
    finally:
        service.repairing.discard(token)
