"""Batches as they come in: JSON lines, each a request. All are checked before one is taken."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import ValidationError

from app.access.caller import Caller
from app.access.errors import BudgetOverQuota
from app.api.admission import check
from app.api.models import LineIn
from app.api.problems import TYPE, Fault, Problem, ProblemFound, fault
from app.api.service import Limits, Service
from app.sessions.errors import RequestRefused
from app.sessions.origin import Lane
from app.sessions.request import PlanRequest
from planners.errors import TaskError

# So many are looked at before other requests have their turn at the threads.
AT_ONCE = 16
MOST_FAULTS_OF_A_LINE = 10
# Blank lines are passed over, but a body has room for millions.
BLANK_FOR_EACH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that could be read; `number` counts the lines of the body from 1."""

    number: int
    asked: LineIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a body.

    Attributes:
        each: Those that could be read, in order.
        faults: What is wrong with the others.
    """

    each: tuple[Line, ...]
    faults: tuple[Fault, ...]

    def fingerprint(self) -> str:
        """Give a hash that is the same for the same batch, however it was written."""
        joined = "\n".join(line.asked.fingerprint() for line in self.each)
        return hashlib.sha256(f"batch\n{joined}".encode()).hexdigest()

    def requests(self, caller: Caller, batch_id: str) -> Iterator[PlanRequest]:
        """Give the requests as the rooms below know them."""
        for line in self.each:
            origin = caller.origin(Lane.BATCH, batch=batch_id, label=line.asked.id)
            yield line.asked.request(origin, caller.quota)


async def read_lines(body: bytes, limits: Limits) -> Lines:
    """Read a body; blank lines are passed over.

    Raises:
        ProblemFound: there are too many lines or none.
    """
    bounds = f"a batch has 1 to {limits.batch_lines} lines"
    if body.count(b"\n") > BLANK_FOR_EACH * limits.batch_lines:
        raise refused(f"{bounds}, and this one far more", ())
    numbered = [(number, text) for number, text in enumerate(body.split(b"\n"), 1) if text.strip()]
    if not 1 <= len(numbered) <= limits.batch_lines:
        raise refused(f"{bounds}, and this one {len(numbered)}", ())
    read: list[Line] = []
    faults: list[Fault] = []
    for start in range(0, len(numbered), AT_ONCE):
        some = numbered[start : start + AT_ONCE]
        good, bad = await asyncio.to_thread(_read, some)
        read += good
        faults += bad
    faults += _doubles(read)
    return Lines(each=tuple(read), faults=tuple(faults))


async def check_lines(service: Service, limits: Limits, lines: Lines, caller: Caller) -> None:
    """Refuse a batch with a line that cannot be read or served.

    Raises:
        ProblemFound: there are such lines; each is named.
    """
    faults = list(lines.faults)
    for start in range(0, len(lines.each), AT_ONCE):
        some = lines.each[start : start + AT_ONCE]
        faults += await asyncio.to_thread(_checked, service, limits, some, caller)
    if faults:
        at_fault = len({each.line for each in faults})
        raise refused(
            f"{at_fault} lines are at fault; none was accepted",
            sorted(faults, key=lambda each: each.line or 0),
        )


def refused(detail: str, faults: Sequence[Fault]) -> ProblemFound:
    """Say that a batch is not as it must be. Nothing of it was accepted."""
    return ProblemFound(
        Problem(
            type=f"{TYPE}invalid-batch",
            title="The batch is not as it must be",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail=detail,
            errors=tuple(faults) or None,
        )
    )


def _read(numbered: Sequence[tuple[int, bytes]]) -> tuple[list[Line], list[Fault]]:
    read: list[Line] = []
    faults: list[Fault] = []
    for number, text in numbered:
        try:
            read.append(Line(number=number, asked=LineIn.model_validate_json(text)))
        except ValidationError as problem:
            found = problem.errors(include_url=False, include_input=False, include_context=False)
            faults += [
                _at(number, fault({**entry, "loc": ("body", *entry["loc"])}))
                for entry in found[:MOST_FAULTS_OF_A_LINE]
            ]
    return read, faults


def _at(number: int, found: Fault) -> Fault:
    return found.model_copy(update={"line": number})


def _doubles(lines: Sequence[Line]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line in lines:
        name = line.asked.id
        if name is None:
            continue
        if name in first:
            detail = f"line {first[name]} has the same id"
            yield Fault(detail=detail, pointer="#/id", line=line.number)
        first.setdefault(name, line.number)


def _checked(
    service: Service, limits: Limits, lines: Sequence[Line], caller: Caller
) -> list[Fault]:
    faults: list[Fault] = []
    for line in lines:
        try:
            request = line.asked.request(caller.origin(Lane.BATCH), caller.quota)
            check(service, limits, request, caller.quota)
        except BudgetOverQuota as problem:
            pointer = f"#/budget/{problem.limit}"
            faults.append(Fault(detail=str(problem), pointer=pointer, line=line.number))
        except RequestRefused as problem:
            detail, pointer = str(problem), f"#{problem.pointer}"
            faults.append(Fault(detail=detail, pointer=pointer, line=line.number))
        except TaskError as problem:
            place = f"line {problem.line}, column {problem.column} of the {problem.source}"
            detail = problem.message if problem.line is None else f"{problem.message} ({place})"
            faults.append(Fault(detail=detail, pointer=f"#/{problem.source}", line=line.number))
    return faults
