"""A second opinion on our verdicts, from validators that others have written.

Asked are unified-planning, where it is installed, and VAL, where its program `Validate` is on
the path; each in a process of its own, under limits. A validator that cannot read the task,
or takes too long, abstains and says why. So it does where it is known to err:

- VAL takes surplus arguments, undeclared objects and undefined numbers, and compares numbers
  with a slack of 0.0001: that it accepts a plan speaks against no flaw of such a kind;
- unified-planning has no mutex rule and no tolerance, so its acceptance does not speak against
  such a flaw either, nor its rejection against durations that keep their bounds within ours;
  and it finds a conflict where two steps at one instant add one atom.

Whatever else differs is a disagreement, whoever is right. It is logged, and kept with all that
it takes to repeat it; what follows for an answer is the caller's to say.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from planners.condition import Compound, Condition, Inequality
from planners.dispute import Dispute, keep
from planners.errors import BoundReached, WorkerLost
from planners.execution.happenings import stand_close
from planners.opinion import SecondOpinion, Stand, disputed
from planners.pddl import read_task
from planners.plan import Plan, Step
from planners.pool import Limits, WorkerPool
from planners.task import Task
from planners.validators import unified, val
from planners.validators.finding import Finding
from planners.verdict import (
    DivisionByZero,
    Flaw,
    Interference,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    Verdict,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)
from planners.verifier import TOLERANCE

log = logging.getLogger(__name__)
MOST_CHARACTERS_LOGGED = 10_000
MEMORY_MEBIBYTES = 2048
ABSENT = Finding(valid=None, reason="it is not installed")
PARALLEL = Finding(valid=None, reason="it would take steps of one instant for a sequence")

_VAL_OVERLOOKS = (
    UnknownAction
    | UnknownObject
    | WrongArguments
    | WrongType
    | UndefinedValue
    | DivisionByZero
    | WrongDuration
)
_UNIFIED_OVERLOOKS = Interference | WrongTime


class Referee:
    """Asks other validators for their opinion of a plan. Safe to share within an event loop.

    Enter it, or close it. No process starts before a plan is to be judged.

    Args:
        limits: What a validator may take for one plan.
        folder: Where disagreements are kept; None keeps them in the log alone.
        program: VAL's `Validate`, or None to do without.
        version: Of unified-planning, or None to do without.

    Attributes:
        folder: As given.
        tally: How often each validator took each stand.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        folder: Path | None = None,
        program: Path | None = None,
        version: str | None = None,
    ) -> None:
        self._limits = limits or Limits(processes=1, memory_mebibytes=MEMORY_MEBIBYTES)
        self.folder = folder
        self._program = program
        self._version = version
        self._program_version = "" if program is None else val.version_of(program)
        self._pool = WorkerPool("planners.validators.unified:judge", self._limits)
        self._places = asyncio.Semaphore(self._limits.processes)
        self.tally: Counter[tuple[str, Stand]] = Counter()

    @classmethod
    def of_what_is_installed(cls, *, seconds: float = 30.0, folder: Path | None = None) -> Self:
        """Make one that asks every validator that is installed here.

        Args:
            seconds: Wall-clock time that each may take for one plan.
            folder: Where disagreements are kept.
        """
        return cls(
            limits=Limits(processes=1, seconds=seconds, memory_mebibytes=MEMORY_MEBIBYTES),
            folder=folder,
            program=val.installed(),
            version=unified.installed(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pool.close()

    async def judge(self, task: Task, plan: Plan, verdict: Verdict) -> tuple[SecondOpinion, ...]:
        """Ask every validator for its opinion of a plan that we have judged.

        Args:
            task: A task that can be read.
            plan: The plan.
            verdict: Ours.

        Returns:
            One opinion of each validator; one that is not installed abstains.
        """
        told = await asyncio.to_thread(_untimed, task, plan)
        opinions = (
            _opinion(unified.NAME, self._version, await self._of_unified(task, told), verdict),
            _opinion(val.NAME, self._program_version, await self._of_val(task, told), verdict),
        )
        self.tally.update((opinion.validator, opinion.stand) for opinion in opinions)
        if disputed(opinions):
            dispute = Dispute(task=task, plan=plan, verdict=verdict, opinions=opinions)
            await asyncio.to_thread(report, dispute, self.folder)
        return opinions

    async def _of_unified(self, task: Task, told: Plan | None) -> Finding:
        if self._version is None or told is None:
            return ABSENT if self._version is None else PARALLEL
        try:
            found: Finding = await self._pool.call(task, told, about=hash(task))
        except (BoundReached, WorkerLost) as problem:
            return Finding(valid=None, reason=str(problem))
        return found

    async def _of_val(self, task: Task, told: Plan | None) -> Finding:
        if self._program is None or told is None:
            return ABSENT if self._program is None else PARALLEL
        async with self._places:
            return await val.judge(
                self._program, task, told, tolerance=TOLERANCE, limits=self._limits
            )


def report(dispute: Dispute, folder: Path | None) -> None:
    """Log a disagreement, and keep it where there is a folder for it."""
    kept: Path | None = None
    if folder is not None:
        try:
            kept = keep(dispute, folder)
        except OSError as problem:
            log.error("a disagreement cannot be kept in %s: %s", folder, problem)  # noqa: TRY400
    # Without a file the log is the only place that can hold the texts.
    rest = f"kept in {kept}" if kept is not None else dispute.written()
    plan = str(dispute.plan)[:MOST_CHARACTERS_LOGGED]
    log.error(
        "validators disagree on plan and task %s: %s; %s\n%s", dispute.name, dispute, rest, plan
    )


def _untimed(task: Task, plan: Plan) -> Plan | None:
    """Leave out time stamps that only order the steps; None where some happen at once."""
    if read_task(task).temporal or None in [step.start for step in plan.steps]:
        return plan
    if stand_close(plan.steps, TOLERANCE):
        return None
    steps = (Step(action=step.action, arguments=step.arguments) for step in plan.steps)
    return Plan(steps=tuple(steps))


def _opinion(
    validator: str, version: str | None, found: Finding, verdict: Verdict
) -> SecondOpinion:
    stand, reason = _stand(validator, found, verdict)
    return SecondOpinion(validator=validator, version=version or "", stand=stand, reason=reason)


def _stand(validator: str, found: Finding, verdict: Verdict) -> tuple[Stand, str]:
    if found.valid is None:
        return Stand.ABSTAINS, found.reason
    if found.valid is isinstance(verdict, Valid):
        return Stand.AGREES, ""
    if isinstance(verdict, Valid):
        if validator == unified.NAME and found.reason.startswith(unified.CONFLICT):
            return Stand.ABSTAINS, f"{found.reason}: it takes two that add one atom for a conflict"
        return Stand.DISAGREES, found.reason or "it finds the plan invalid"
    overlooked = [flaw for flaw in (verdict.flaw, *verdict.also) if overlooks(validator, flaw)]
    if overlooked:
        return Stand.ABSTAINS, f"it is known to overlook {type(overlooked[0]).__name__}"
    return Stand.DISAGREES, "it finds the plan valid"


def overlooks(validator: str, flaw: Flaw) -> bool:
    """Say whether a validator is known to accept plans with such a flaw."""
    if validator == unified.NAME:
        return isinstance(flaw, _UNIFIED_OVERLOOKS)
    if isinstance(flaw, UnsatisfiedPrecondition | UnsatisfiedGoal):
        return _compares(flaw.unmet)
    return isinstance(flaw, _VAL_OVERLOOKS)


def _compares(conditions: Iterable[Condition]) -> bool:
    return any(
        isinstance(condition, Inequality)
        or (isinstance(condition, Compound) and _compares(condition.nearest))
        for condition in conditions
    )
