"""`/check/{id}`: what has come of a request to a package, as planning-as-a-service tells it.

Its clients poll twice a second, and without credentials. The id is enough, and it opens the
sessions of packages alone: 122 random bits, and nothing but the plan and its account is told.
"""

import asyncio
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.clients.account import Account, account, flaw_of
from app.api.clients.grounded import actions_of
from app.api.clients.package import LABEL
from app.api.clients.packages import VALIDATOR
from app.api.problems import declared
from app.api.service import Service, ServiceHere
from app.sessions.errors import RequestRefused, UnknownSession
from app.sessions.history import Told, tell
from app.sessions.wire import ExhaustedWire, SolvedWire
from planners.task import Task

router = APIRouter(tags=["clients"])
EDITOR = "planning_editor_adaptor"
CheckId = Annotated[str, Path(max_length=64, description="As `result` gave it.")]
FOR_ALL = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_OUT = ConfigDict(extra="forbid", frozen=True)


class PendingOut(BaseModel):
    """The session goes on; ask again."""

    model_config = _OUT

    status: Literal["PENDING"] = "PENDING"


class CheckedResultOut(BaseModel):
    """What came of it."""

    model_config = _OUT

    output: dict[str, str] = Field(description="`sas_plan`: the plan as a plan file; or empty.")
    stdout: str = Field(description="The outcome in words, and what it took.")
    stderr: str = ""
    call: str = Field(description="Package and service.")
    output_type: Literal["generic"] = "generic"
    error: str | None = Field(default=None, description="Why there is no plan.")


class CheckedOut(BaseModel):
    """A session that has ended: `ok` with a plan, else `error` with the reason."""

    model_config = _OUT

    status: Literal["ok", "error"]
    result: CheckedResultOut


class ActionOut(BaseModel):
    """One step, and what it does."""

    model_config = _OUT

    name: str
    action: str = Field(description="The ground action, as PDDL.")


class EditorResultOut(BaseModel):
    """A result as the editor shows it."""

    model_config = _OUT

    output: str
    parse_status: Literal["ok", "err"]
    type: Literal["full"] = "full"
    length: int
    plan: tuple[ActionOut, ...]
    planPath: str = ""  # noqa: N815 (the editor's name for it)
    logPath: str = ""  # noqa: N815 (the editor's name for it)
    error: str | None = None


class EditorPlanOut(BaseModel):
    """One plan as the editor shows it, or why there is none."""

    model_config = _OUT

    status: Literal["ok", "error"]
    result: EditorResultOut


class EditorOut(BaseModel):
    """The plans that were found: one."""

    model_config = _OUT

    status: Literal["ok"] = "ok"
    plans: tuple[EditorPlanOut, ...]


class CheckIn(BaseModel):
    """In which form to tell it."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, json_schema_extra={"examples": [{"adaptor": EDITOR}]}
    )

    adaptor: str | None = Field(
        default=None,
        max_length=100,
        description=f"`{EDITOR}`: the form of editor.planning.domains; none is that of `GET`.",
    )


@router.get(
    "/check/{check_id}",
    summary="Ask what has come of it",
    response_model_exclude_none=True,
    responses=declared(*FOR_ALL),
)
async def check(check_id: CheckId, service: ServiceHere) -> PendingOut | CheckedOut:
    """Tell that a session goes on, or what came of it."""
    told = await _told(service, check_id)
    return PendingOut() if told is None else _checked(told, await _account(service, told))


@router.post(
    "/check/{check_id}",
    summary="Ask what has come of it, for an editor",
    response_model_exclude_none=True,
    responses=declared(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        *FOR_ALL,
    ),
)
async def check_for_editor(
    check_id: CheckId, service: ServiceHere, asked: Annotated[CheckIn | None, Body()] = None
) -> PendingOut | CheckedOut | EditorOut | EditorPlanOut:
    """Tell that a session goes on, or what came of it, in the form that is asked for."""
    adaptor = None if asked is None else asked.adaptor
    if adaptor not in {None, EDITOR}:
        raise RequestRefused("/adaptor", f"there is no adaptor {adaptor!r}; on offer: {EDITOR}")
    told = await _told(service, check_id)
    if told is None:
        return PendingOut()
    found = await _account(service, told)
    return _checked(told, found) if adaptor is None else await _edited(told, found)


async def _told(service: Service, check_id: str) -> Told | None:
    """Read the log of an ended session; None while it goes on.

    Raises:
        UnknownSession: there is none, or it was not asked for by way of a package.
    """
    head = await service.store.head(check_id)
    if head.origin.batch is not None or not (head.origin.label or "").startswith(LABEL):
        raise UnknownSession(check_id)
    if not head.status.ended:
        return None
    return tell(check_id, await service.store.read(check_id))


async def _account(service: Service, told: Told) -> tuple[Account, str]:
    """Give the account, and the outcome in words that fit what was asked."""
    found = await account(service, told)
    if told.created.origin.label != LABEL + VALIDATOR:
        return found, found.words
    if isinstance(told.outcome, SolvedWire):
        worth = "" if found.cost is None else f" Its cost is {found.cost}."
        return found, f"The plan is valid: it was executed and reaches the goal.{worth}"
    if not isinstance(told.outcome, ExhaustedWire) or not told.attempts:
        return found, found.words
    judged = told.attempts[0]
    unread = [line.reason for line in judged.unread]
    why = " ".join(unread) if unread else await flaw_of(service, told, judged)
    return found, f"The plan does not solve the task. {why or ''}".rstrip()


def _checked(told: Told, found: tuple[Account, str]) -> CheckedOut:
    came, words = found
    solved = came.plan is not None
    return CheckedOut(
        status="ok" if solved else "error",
        result=CheckedResultOut(
            output={"sas_plan": came.plan_file} if solved else {},
            stdout=f"{words}\n{came.log}\n" if solved else f"{came.log}\n",
            call=(told.created.origin.label or "").removeprefix(LABEL),
            error=None if solved else words,
        ),
    )


async def _edited(told: Told, found: tuple[Account, str]) -> EditorOut | EditorPlanOut:
    came, words = found
    if came.plan is None:
        return EditorPlanOut(
            status="error",
            result=EditorResultOut(
                output=came.log, parse_status="err", length=0, plan=(), error=words
            ),
        )
    task = Task(domain=told.created.domain, problem=told.created.problem)
    actions = await asyncio.to_thread(actions_of, task, came.plan)
    plan = tuple(
        ActionOut(name=str(step), action=action)
        for step, action in zip(came.plan.steps, actions, strict=True)
    )
    result = EditorResultOut(
        output=f"{words}\n{came.log}", parse_status="ok", length=len(plan), plan=plan
    )
    return EditorOut(plans=(EditorPlanOut(status="ok", result=result),))
