"""Every error as a problem document (RFC 9457), so that clients read one form only."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.access.errors import AccessError, BudgetOverQuota, KeyRefused, OverQuota
from app.api.kinds import KINDS
from app.sessions.errors import (
    KeyReused,
    RequestRefused,
    SessionError,
    TooManyAtOnce,
    UnknownCursor,
)
from planners.errors import PlanningError, PlanSyntaxError, TaskError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:modulo:problem:"
# A body may be wrong in more places than anybody wants to be told of.
MOST_FAULTS = 100


class Fault(BaseModel):
    """One thing wrong with a request, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detail: str = Field(description="What is wrong there.")
    pointer: str | None = Field(
        default=None, description="JSON pointer into the body, such as `#/budget/attempts`."
    )
    parameter: str | None = Field(
        default=None, description="Name of the parameter in the path or the query."
    )
    header: str | None = Field(default=None, description="Name of the header.")
    line: int | None = Field(
        default=None, description="Line of the body, counted from 1, where it is JSON lines."
    )


class Problem(BaseModel):
    """What went wrong (RFC 9457). Fields that do not apply are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(description="Names the kind of problem; does not change.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str | None = Field(default=None, description="What happened this time.")
    errors: tuple[Fault, ...] | None = Field(default=None, description="Each place at fault.")
    source: str | None = Field(
        default=None, description="Which text is at fault: `domain`, `problem` or `plan`."
    )
    line: int | None = Field(default=None, description="Line in that text, counted from 1.")
    column: int | None = Field(default=None, description="Column, counted from 1 in characters.")
    quota: str | None = Field(
        default=None,
        description="Which quota of the key is used up: `sessions`, `per_minute` or "
        "`tokens_per_day`.",
    )


class ProblemFound(Exception):
    """A request that ends with a problem document.

    Attributes:
        problem: The document.
        retry_after_seconds: When asking again may help, or None.
    """

    def __init__(self, problem: Problem, retry_after_seconds: int | None = None) -> None:
        super().__init__(problem, retry_after_seconds)
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


def problem_of(error: Exception) -> Problem:
    """Word an error of the rooms below; one without a kind of its own says no more than 500."""
    status, name, title = KINDS.get(
        type(error),
        (HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The service made a mistake"),
    )
    # What is wrong with our disk, and where our code broke, is for our log.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(type=TYPE + name, title=title, status=status)
    if isinstance(error, TaskError):
        return Problem(
            type=TYPE + name,
            title=title,
            status=status,
            detail=error.message,
            errors=(Fault(detail=error.message, pointer=f"#/{error.source}"),),
            source=error.source,
            line=error.line,
            column=error.column,
        )
    return Problem(
        type=TYPE + name,
        title=title,
        status=status,
        detail=str(error),
        errors=_places(error),
        source="plan" if isinstance(error, PlanSyntaxError) else None,
        line=error.line if isinstance(error, PlanSyntaxError) else None,
        quota=_quota(error),
    )


def _quota(error: Exception) -> str | None:
    match error:
        case OverQuota(quota=quota):
            return quota
        case TooManyAtOnce():
            return "sessions"
        case _:
            return None


def _places(error: Exception) -> tuple[Fault, ...] | None:
    match error:
        case RequestRefused(pointer=pointer):
            return (Fault(detail=str(error), pointer=f"#{pointer}"),)
        case BudgetOverQuota(limit=limit):
            return (Fault(detail=str(error), pointer=f"#/budget/{limit}"),)
        case PlanSyntaxError():
            return (Fault(detail=str(error), pointer="#/plan"),)
        case KeyReused():
            return (Fault(detail=str(error), header="Idempotency-Key"),)
        case UnknownCursor():
            return (Fault(detail=str(error), parameter="after"),)
        case _:
            return None


def closing(retry_seconds: int) -> ProblemFound:
    """Say that nothing new is taken, for the process is about to end."""
    return ProblemFound(
        Problem(
            type=f"{TYPE}closing",
            title="The service is shutting down",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        ),
        retry_seconds,
    )


def problem_of_status(status: int, detail: str | None) -> Problem:
    """Word a plain HTTP error, such as a path that is none."""
    title = HTTPStatus(status).phrase
    return Problem(
        type="about:blank", title=title, status=status, detail=None if detail == title else detail
    )


def problem_of_validation(request: Request, error: RequestValidationError) -> Problem:
    """Say each place where a request is not as it must be. Values are not repeated."""
    entries = error.errors()
    if any(entry["type"] == "json_invalid" for entry in entries):
        entry = entries[0]
        return Problem(
            type=f"{TYPE}malformed-json",
            title="The body is not JSON",
            status=HTTPStatus.BAD_REQUEST,
            detail=f"{entry['ctx']['error']} at character {entry['loc'][1]}",
        )
    whole_body = any(tuple(entry["loc"]) == ("body",) for entry in entries)
    if whole_body and "json" not in request.headers.get("content-type", ""):
        return problem_of_status(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as application/json"
        )
    faults = tuple(fault(entry) for entry in entries[:MOST_FAULTS])
    return Problem(
        type=f"{TYPE}invalid-request",
        title="The request is not as it must be",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail="; ".join(
            f"{one.pointer or one.parameter or one.header}: {one.detail}" for one in faults
        ),
        errors=faults,
    )


def fault(entry: Mapping[str, Any]) -> Fault:
    """Word an error of pydantic's; its place begins with `body` or the kind of parameter."""
    where, *path = entry["loc"]
    detail = str(entry["msg"])
    if where == "body":
        keys = (str(key).replace("~", "~0").replace("/", "~1") for key in path)
        return Fault(detail=detail, pointer="#" + "".join(f"/{key}" for key in keys))
    name = str(path[0]) if path else str(where)
    if where == "header":
        return Fault(detail=detail, header=name)
    return Fault(detail=detail, parameter=name)


def declared(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Declare which problems a route may answer with, for the OpenAPI document."""
    return {status.value: {"model": Problem, "description": status.phrase} for status in statuses}


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make the response of a problem document."""
    return JSONResponse(
        problem.model_dump(mode="json", exclude_none=True),
        status_code=problem.status,
        headers=None if headers is None else dict(headers),
        media_type=MEDIA_TYPE,
    )


def answer_to(error: Exception) -> JSONResponse:
    """Make the response to an error of the rooms below."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("a request failed", exc_info=error)
    return answer(problem, _headers(error, problem))


def _headers(error: Exception, problem: Problem) -> dict[str, str] | None:
    if isinstance(error, KeyRefused):
        wrong = ', error="invalid_token"' if error.sent else ""
        basic = ', Basic realm="modulo"' if error.password else ""
        return {"WWW-Authenticate": f'Bearer realm="modulo"{wrong}{basic}'}
    if isinstance(error, OverQuota):
        return {"Retry-After": str(error.retry_after_seconds)}
    # When a session ends, or the store is back, nobody knows.
    soon = problem.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    return {"Retry-After": "1"} if soon else None


def install(app: FastAPI) -> None:
    """Have an application answer every error with a problem document."""

    @app.exception_handler(ProblemFound)
    async def known(_: Request, error: ProblemFound) -> JSONResponse:
        after = error.retry_after_seconds
        return answer(error.problem, None if after is None else {"Retry-After": str(after)})

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(problem_of_validation(request, error))

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        return answer(problem_of_status(error.status_code, error.detail), error.headers)

    @app.exception_handler(AccessError)
    @app.exception_handler(SessionError)
    @app.exception_handler(RequestRefused)
    @app.exception_handler(PlanningError)
    async def below(_: Request, error: Exception) -> JSONResponse:
        return answer_to(error)

    # Comes last: the server still gets the exception, and writes its traceback to the log.
    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        return answer(problem_of(error))
