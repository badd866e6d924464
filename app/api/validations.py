"""`/v1/validations`: what the verifier says of plans. No model is asked."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter

from app.api.models import ValidationIn
from app.api.problems import declared
from app.api.service import Service, ServiceHere
from app.api.views import JudgedOut, ValidationOut, judged_out
from planners.errors import BoundReached, PlanSyntaxError, WorkerLost
from planners.pddl import read_task
from planners.plan import read_plan
from planners.task import Task

router = APIRouter(tags=["validations"])


@router.post(
    "/v1/validations",
    summary="Validate plans",
    responses=declared(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
async def validate(asked: ValidationIn, service: ServiceHere) -> ValidationOut:
    """Execute plans from the initial state and check the goal.

    A plan that is wrong or cannot be read is a result, not an error; a task that cannot be
    read is an error.
    """
    task = Task(domain=asked.domain, problem=asked.problem)
    await asyncio.to_thread(read_task, task)
    results = [await _judge(service, task, text) for text in asked.plans]
    return ValidationOut(results=tuple(results))


async def _judge(service: Service, task: Task, text: str) -> JudgedOut:
    try:
        plan = await asyncio.to_thread(read_plan, text)
        return judged_out(await service.verifier.verify(task, plan))
    except (PlanSyntaxError, BoundReached, WorkerLost) as found:
        return judged_out(found)
