"""`/v1/validations`: what the verifier says of plans. No model is asked."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response

from app.api.caller import CallerHere
from app.api.models import ValidationIn
from app.api.problems import declared
from app.api.service import Service, ServiceHere
from app.api.views import JudgedOut, ValidationOut, judged_out
from planners.effort import is_weighed
from planners.errors import BoundReached, PlanSyntaxError, WorkerLost
from planners.pddl import read_task
from planners.plan import read_plan
from planners.task import Task

router = APIRouter(tags=["validations"])
# A plan of so many is read in 0.3 ms; handing it to a thread and back takes a third of that
# when nobody else wants the threads, and longer when somebody does.
SHORT_CHARACTERS = 8_000


@router.post(
    "/v1/validations",
    summary="Validate plans",
    response_model=ValidationOut,
    responses=declared(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
)
async def validate(asked: ValidationIn, service: ServiceHere, caller: CallerHere) -> Response:
    """Execute plans from the initial state and check the goal.

    A plan that is wrong or cannot be read is a result, not an error; a task that cannot be
    read is an error.
    """
    task = Task(domain=asked.domain, problem=asked.problem)
    if not is_weighed(task):
        await asyncio.to_thread(read_task, task)
    await service.entrance.begin(caller.key, spends=False)
    results = [await _judge(service, task, text) for text in asked.plans]
    view = ValidationOut(results=tuple(results))
    # As it is: FastAPI would look through all of it once more.
    return Response(view.model_dump_json(), media_type="application/json")


async def _judge(service: Service, task: Task, text: str) -> JudgedOut:
    try:
        short = len(text) <= SHORT_CHARACTERS
        plan = read_plan(text) if short else await asyncio.to_thread(read_plan, text)
        return judged_out(await service.verifier.verify(task, plan))
    except (PlanSyntaxError, BoundReached, WorkerLost) as found:
        return judged_out(found)
