"""Candidates from sound planners: rungs of a ladder, each another way to a plan."""

import time

from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget
from app.modulo.strategies.ladder import Rung
from app.proposers.sound import SoundPlanners
from planners.engines.engine import (
    PlanFound,
    Report,
)
from planners.plan import Plan
from planners.repair.ways import Way
from planners.task import Task


class Planned:
    """A proposer that asks a sound planner, the plan of an earlier attempt in its hand.

    What comes back is text like any answer, and is read and verified like any. A planner
    that finds nothing costs an attempt without a plan; its text says what came of it.

    Args:
        rung: What is asked for.
        planners: Who is asked.
        engine: Name of the one engine among them, or None for whichever can.
    """

    def __init__(self, rung: Rung, planners: SoundPlanners, *, engine: str | None = None) -> None:
        self._rung = rung
        self._planners = planners
        self._engine = engine

    @property
    def name(self) -> str:
        """Its name in the bank, such as `planner:repair`."""
        return self._rung.proposer

    def refuses(self, task: Task) -> str | None:  # noqa: ARG002 (engines say it of a plan)
        """It tries any task; an engine that cannot read one says so in its report."""
        return None

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        """Make one candidate. See `Proposer.propose`."""
        began = time.monotonic()
        plans = {attempt.number: attempt.plan for attempt in trace}
        start = None if ask.after is None else plans.get(ask.after)
        report = await self._report(task, start, remaining.seconds, ask.seed)
        return Proposal(
            text=told(report),
            finish_reason=report.block,
            seconds=time.monotonic() - began,
            report=report,
        )

    async def _report(
        self, task: Task, start: Plan | None, seconds: float | None, seed: int
    ) -> Report:
        if self._rung is Rung.OPTIMAL:
            return await self._planners.plan(
                task, optimal=True, engine=self._engine, seconds=seconds, seed=seed
            )
        way = Way(self._rung.value)
        return await self._planners.mend(
            way, task, start, engine=self._engine, seconds=seconds, seed=seed
        )


def told(report: Report) -> str:
    """Say a report as an answer: the plan, or a comment on why there is none."""
    if isinstance(report.result, PlanFound):
        return str(report.result.plans[0])
    said = f"{report}: {report.block.replace('_', ' ')}: {report.reason}"
    return "".join(f"; {line}\n" for line in said.splitlines())
