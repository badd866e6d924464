"""One errand to the engines: they are asked in turn, within one time limit."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from planners.engines.catalogue import first_to_do
from planners.engines.engine import Engine, Order, OutOfTime, Purpose, Refused, Report
from planners.plan import Plan
from planners.pool import Limits
from planners.task import Task

# What the first try may take of the time, where there is a second one if it fails.
FIRST_SHARE = 0.5
NOBODY = ""


class Errand:
    """One errand. The time runs from its making on.

    Args:
        limits: Of all that is asked together.
        seed: Source of randomness.
        engines: Who is asked, in order of preference.
    """

    def __init__(self, limits: Limits, seed: int, engines: Sequence[Engine]) -> None:
        self._limits = limits
        self._seed = seed
        self._engines = tuple(engines)
        self._begun = monotonic()
        self._notes: list[str] = []

    async def ask(
        self,
        task: Task,
        purpose: Purpose = Purpose.PLAN,
        *,
        start: Plan | None = None,
        share: float = 1.0,
    ) -> Report:
        """Ask the engines that can do it.

        Args:
            task: The task.
            purpose: What for.
            start: The plan to start from, for repairs.
            share: How much of the time that is left they may take.

        Raises:
            TaskError: the task cannot be read.
        """
        left = self._limits.seconds - (monotonic() - self._begun)
        if left <= 0:
            return Report(engine=NOBODY, version="", result=OutOfTime(self._limits.seconds))
        order = Order(task=task, purpose=purpose, start=start, seed=self._seed)
        return await first_to_do(order, replace(self._limits, seconds=left * share), self._engines)

    def note(self, what: str) -> None:
        """Note what is done otherwise than asked, and why."""
        self._notes.append(what)

    def told(self, report: Report) -> Report:
        """Give a report as that of the whole errand."""
        if isinstance(report.result, OutOfTime):
            report = replace(report, result=OutOfTime(self._limits.seconds))
        return replace(
            report,
            seconds=0.0 if isinstance(report.result, Refused) else monotonic() - self._begun,
            notes=(*self._notes, *report.notes),
        )
