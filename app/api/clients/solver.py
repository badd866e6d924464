"""`/solve` and `/request`: the solver services that the PDDL extension of VS Code knows by URL.

Both wait for the end of their session, and end it with the client: whoever has left cannot ask
again, so what it costs would be for nobody. What goes on without its client is `/v1/plans`.
"""

import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.access.errors import BudgetOverQuota
from app.api.admission import begin
from app.api.caller import CallerByPassword
from app.api.clients.account import Account, account, refusal, step_json
from app.api.clients.solver_forms import (
    USUAL_ATTEMPTS,
    MessageOut,
    Options,
    PerformanceOut,
    RequestIn,
    RequestOut,
    RequestPlanOut,
    SolveIn,
    SolveOut,
    SolveResultOut,
    StatusOut,
    StepOut,
)
from app.api.presence import CLIENT_CLOSED_REQUEST, while_there
from app.api.problems import closing, declared
from app.api.service import Limits, LimitsHere, Service, ServiceHere
from app.modulo.budget import Budget
from app.sessions.errors import RequestRefused
from app.sessions.history import Told, tell
from app.sessions.request import PlanRequest
from app.sessions.store import Head
from planners.errors import TaskError
from planners.task import Task

router = APIRouter(tags=["clients"])
LOOK_SECONDS = 30.0
FOR_POSTS = declared(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


@router.post(
    "/solve",
    summary="Solve a task while the client waits",
    response_model=SolveOut,
    response_model_exclude_none=True,
    responses=FOR_POSTS,
)
async def solve(
    *,
    asked: SolveIn,
    options: Annotated[Options, Query()],
    request: Request,
    caller: CallerByPassword,
    service: ServiceHere,
    limits: LimitsHere,
) -> SolveOut | Response:
    """Run a session and give its plan. A client that leaves ends it."""
    wanted = PlanRequest(
        task=Task(domain=asked.domain, problem=asked.problem),
        model=options.model,
        strategy=options.strategy,
        budget=options.budget(caller.quota),
        origin=caller.origin(),
    )
    found = await _found(request, service, limits, wanted)
    if isinstance(found, Response):
        return found
    if isinstance(found, str):
        return SolveOut(status="error", result=SolveResultOut(output="", error=found))
    output = f"{found.words}\n{found.log}"
    if found.plan is None:
        return SolveOut(status="error", result=SolveResultOut(output=found.log, error=found.words))
    plan = tuple(StepOut.model_validate(step_json(step)) for step in found.plan.steps)
    return SolveOut(status="ok", result=SolveResultOut(output=output, plan=plan))


@router.post(
    "/request",
    summary="Solve a task with a configuration while the client waits",
    response_model=RequestOut,
    response_model_exclude_none=True,
    responses=FOR_POSTS,
)
async def solve_configured(
    *,
    asked: RequestIn,
    request: Request,
    caller: CallerByPassword,
    service: ServiceHere,
    limits: LimitsHere,
    later: Annotated[
        bool, Query(alias="async", description="Not to wait; `false` is all there is here.")
    ] = False,
) -> RequestOut | Response:
    """Run a session and give its plan, in the richer form. A client that leaves ends it."""
    if later:
        raise RequestRefused("", "nobody would get the answer; to ask again later, POST /v1/plans")
    configuration = asked.configuration
    wanted = PlanRequest(
        task=Task(domain=asked.domain.content, problem=asked.problem.content),
        model=configuration.model,
        strategy=configuration.strategy,
        budget=caller.quota.cut(
            Budget(attempts=USUAL_ATTEMPTS, seconds=configuration.timeout),
            {"seconds"} if "timeout" in configuration.model_fields_set else frozenset(),
        ),
        origin=caller.origin(),
    )
    found = await _found(request, service, limits, wanted)
    if isinstance(found, Response):
        return found
    if isinstance(found, str):
        return _failed(found)
    if found.plan is None:
        return _failed(found.words, output=found.log, out_of_time=found.out_of_time)
    return RequestOut(
        status=StatusOut(status="STOPPED"),
        plans=(_plan_out(found),),
        output=f"{found.words}\n{found.log}",
    )


async def _found(
    request: Request, service: Service, limits: Limits, wanted: PlanRequest
) -> Account | str | Response:
    """Run a session to its end; a string says why none was begun, a response that nobody waits.

    Raises:
        ProblemFound: the process is about to end.
    """
    try:
        head = await begin(service, limits, wanted)
    except (TaskError, RequestRefused, BudgetOverQuota) as problem:
        return refusal(str(problem))
    told = None
    try:
        told = await service.before_closing(while_there(request, _at_its_end(service, head)))
    finally:
        if told is None:
            await service.runner.cancel(head.session_id)
    if told is not None:
        return await account(service, told)
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    # Nobody reads this; the metrics count it.
    return Response(status_code=CLIENT_CLOSED_REQUEST)


async def _at_its_end(service: Service, head: Head) -> Told:
    store, session_id = service.store, head.session_id
    while not head.status.ended:
        head = await store.wait_for_end(session_id, timeout_seconds=LOOK_SECONDS)
    return tell(session_id, await store.read(session_id))


def _plan_out(found: Account) -> RequestPlanOut:
    steps = () if found.plan is None else found.plan.steps
    return RequestPlanOut(
        makespan=found.makespan or 0,
        metricValue=found.cost,
        searchPerformanceInfo=PerformanceOut(
            statesEvaluated=found.searched or 0, timeElapsed=f"{found.seconds * 1000:.0f}"
        ),
        content=json.dumps([step_json(step) for step in steps]),
    )


def _failed(message: str, *, output: str = "", out_of_time: bool = False) -> RequestOut:
    return RequestOut(
        status=StatusOut(
            status="FAILED",
            reason="TIMEOUT" if out_of_time else None,
            error=MessageOut(message=message),
        ),
        output=output,
    )
