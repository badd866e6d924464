"""What is wrong with a plan, by lines of its text."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.modulo.proposer import Verifier
from app.prompts.flaws import conditions, flaw_in_words
from app.prompts.lexicon import PddlSpeech
from planners.errors import PlanSyntaxError
from planners.plan import read_plan
from planners.task import Task
from planners.verdict import Flaw, Invalid, UnsatisfiedGoal

MOST_FAULTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong, and where.

    Attributes:
        line: Counted from 1.
        character: Counted from 1.
        message: What is wrong, in words.
    """

    line: int
    character: int
    message: str


async def faults_of(verifier: Verifier, task: Task, text: str) -> tuple[Fault, ...]:
    """Say what is wrong with a plan; nothing where it is valid.

    Lines that are no steps are told alone: what the plan would be without them nobody knows.

    Args:
        verifier: Judges the plan.
        task: A task that can be read.
        text: The plan, in the IPC format.

    Raises:
        BoundReached: judging it would take more than is allowed.
        WorkerLost: the process that judged it was lost.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    try:
        plan = await asyncio.to_thread(read_plan, text)
    except PlanSyntaxError as first:
        unread = await asyncio.to_thread(_unread, lines)
        return unread or (_at(lines, first.line, str(first)),)
    verdict = await verifier.verify(task, plan)
    if not isinstance(verdict, Invalid):
        return ()
    places = await asyncio.to_thread(_places, lines)
    told = (
        _at(lines, _line(flaw, places), message)
        for flaw in (verdict.flaw, *verdict.also)
        for message in _messages(flaw)
    )
    return tuple(told)[:MOST_FAULTS]


def _unread(lines: Sequence[str]) -> tuple[Fault, ...]:
    found = []
    for number, line in enumerate(lines, 1):
        try:
            read_plan(line)
        except PlanSyntaxError as problem:
            said = PlanSyntaxError(number, problem.found, problem.reason)
            found.append(_at(lines, number, str(said)))
            if len(found) == MOST_FAULTS:
                break
    return tuple(found)


def _places(lines: Sequence[str]) -> list[int]:
    """Give the line of each step, in the order in which `read_plan` has them."""
    steps: list[tuple[Fraction, int]] = [
        (step.start or Fraction(0), number)
        for number, line in enumerate(lines, 1)
        for step in read_plan(line).steps
    ]
    return [number for _, number in sorted(steps, key=lambda step: step[0])]


def _line(flaw: Flaw, places: Sequence[int]) -> int:
    """Give the line of a flaw; what shows at the end alone stands at the last step."""
    if not places:
        return 1
    return places[min(max(flaw.index, 0), len(places) - 1)]


def _messages(flaw: Flaw) -> Iterator[str]:
    """Say a flaw; of a goal that is not reached, each of its open parts by itself."""
    if isinstance(flaw, UnsatisfiedGoal) and flaw.unmet:
        for unmet in flaw.unmet:
            said = conditions((unmet,), PddlSpeech(), flaw.causes)
            yield f"The goal is not reached; this does not hold at the end: {said}."
    else:
        yield flaw_in_words(flaw, PddlSpeech())


def _at(lines: Sequence[str], line: int, message: str) -> Fault:
    text = lines[line - 1] if line <= len(lines) else ""
    indent = len(text) - len(text.lstrip())
    return Fault(line=line, character=indent + 1, message=message)
