"""`/validate` and `/parse`: the validators that the PDDL extension of VS Code knows by URL.

Lines and characters count from 1, characters as the editor counts them: in UTF-16.
"""

import asyncio
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api import examples
from app.api.caller import CallerByPassword
from app.api.clients.lines import Fault, faults_of
from app.api.clients.texts import GivenText
from app.api.models import MOST_CHARACTERS
from app.api.problems import declared
from app.api.service import ServiceHere
from planners.errors import BoundReached, TaskError, WorkerLost
from planners.pddl import read_task
from planners.pddl.lint import Finding, Severity, lint
from planners.pddl.tokens import lines_of
from planners.task import Task

router = APIRouter(tags=["clients"])
MOST_PROBLEMS = 100
MOST_WORK = 2 * MOST_CHARACTERS
FOR_POSTS = declared(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
SEVERITIES: dict[Severity, Literal["error", "warning", "info"]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "info",
}
_CLOSED = ConfigDict(extra="forbid", frozen=True)


class EditorPlanIn(BaseModel):
    """A plan and its task."""

    model_config = ConfigDict(
        **_CLOSED,
        json_schema_extra={
            "examples": [
                {"domain": examples.DOMAIN, "problem": examples.PROBLEM, "plan": examples.FLAWED}
            ]
        },
    )

    domain: GivenText = Field(description="The domain, in PDDL.")
    problem: GivenText = Field(description="The problem, in PDDL.")
    plan: GivenText = Field(description="The plan, in the IPC format.")


class EditorTaskIn(BaseModel):
    """A domain and the problems that are open beside it."""

    model_config = ConfigDict(
        **_CLOSED,
        json_schema_extra={
            "examples": [{"domain": examples.DOMAIN, "problems": [examples.PROBLEM]}]
        },
    )

    domain: GivenText = Field(description="The domain, in PDDL.")
    problems: tuple[GivenText, ...] = Field(
        default=(), max_length=MOST_PROBLEMS, description="Problems, in PDDL."
    )

    @model_validator(mode="after")
    def _not_too_much(self) -> "EditorTaskIn":
        # The domain is read again with each problem, so many small ones make much of it.
        work = len(self.domain) * max(1, len(self.problems)) + sum(map(len, self.problems))
        if work > MOST_WORK:
            raise PydanticCustomError(
                "too_much", f"{MOST_WORK} characters, the domain's once for each problem, are most"
            )
        return self


class PositionOut(BaseModel):
    """A place in a text; both count from 1."""

    model_config = _CLOSED

    line: int
    character: int


class MarkOut(BaseModel):
    """One thing to be marked in the editor."""

    model_config = _CLOSED

    location: str = Field(description="`PLAN`, `DOMAIN`, or `PROBLEM:0` for the first problem.")
    message: str
    severity: Literal["error", "warning", "info"]
    position: PositionOut


class ValidatedOut(BaseModel):
    """What is wrong with a plan; nothing where it is valid."""

    model_config = _CLOSED

    problems: tuple[MarkOut, ...]
    error: str | None = Field(
        default=None, description="Why the plan could not be judged; left out where it was."
    )


class EditorValidationOut(BaseModel):
    """What was evaluated: the validation alone."""

    model_config = _CLOSED

    validation: ValidatedOut


@router.post(
    "/validate",
    summary="Mark what is wrong with a plan",
    response_model_exclude_none=True,
    responses=FOR_POSTS,
)
async def validate(
    asked: EditorPlanIn, service: ServiceHere, caller: CallerByPassword
) -> EditorValidationOut:
    """Judge a plan: a mark for each line at fault, and for each part of the goal left open."""
    task = Task(domain=asked.domain, problem=asked.problem)
    try:
        await asyncio.to_thread(read_task, task)
        await service.entrance.begin(caller.key, spends=False)
        faults = await faults_of(service.verifier, task, asked.plan)
    except (TaskError, BoundReached, WorkerLost) as broken:
        return EditorValidationOut(validation=ValidatedOut(problems=(), error=str(broken)))
    marks = tuple(_mark("PLAN", "error", fault) for fault in faults)
    return EditorValidationOut(validation=ValidatedOut(problems=marks))


@router.post("/parse", summary="Mark what is wrong with a task", responses=FOR_POSTS)
async def parse(
    asked: EditorTaskIn,
    caller: CallerByPassword,  # noqa: ARG001 (who may ask)
) -> tuple[MarkOut, ...]:
    """Look a domain and its problems over: what cannot be read, and what is odd."""
    return await asyncio.to_thread(_marks, asked.domain, asked.problems)


def _marks(domain: str, problems: Sequence[str]) -> tuple[MarkOut, ...]:
    found = [lint(domain, problem) for problem in problems]
    marks = [
        _of_finding("DOMAIN", domain, finding) for finding in _of_the_domain(lint(domain), found)
    ]
    for index, (problem, findings) in enumerate(zip(problems, found, strict=True)):
        marks += [
            _of_finding(f"PROBLEM:{index}", problem, finding)
            for finding in findings
            if finding.source == "problem"
        ]
    return tuple(marks)


def _of_the_domain(
    alone: Iterable[Finding], with_problems: Iterable[Sequence[Finding]]
) -> list[Finding]:
    """Give what is to be said of a domain: what is odd with every problem, not with one alone."""
    # A problem that cannot be read says nothing of the domain.
    readable = [
        findings
        for findings in with_problems
        if all(finding.severity is not Severity.ERROR for finding in findings)
    ]
    if not readable:
        return list(alone)
    first, *others = readable
    return [
        finding
        for finding in first
        if finding.source == "domain" and all(finding in other for other in others)
    ]


def _of_finding(location: str, text: str, finding: Finding) -> MarkOut:
    lines = lines_of(text)
    before = lines[finding.line - 1][: finding.column - 1] if finding.line <= len(lines) else ""
    character = len(before.encode("utf-16-le", errors="surrogatepass")) // 2 + 1
    fault = Fault(line=finding.line, character=character, message=finding.message)
    return _mark(location, SEVERITIES[finding.severity], fault)


def _mark(location: str, severity: Literal["error", "warning", "info"], fault: Fault) -> MarkOut:
    return MarkOut(
        location=location,
        message=fault.message,
        severity=severity,
        position=PositionOut(line=fault.line, character=fault.character),
    )
