"""Planners that look at a task while the model proposes: is there a plan, what must it cost?"""

from app.modulo.proposer import Verifier
from app.modulo.quality import Bound
from app.modulo.watch import Sight
from app.proposers.sound import SoundPlanners
from planners.engines.engine import PlanFound, ProvenUnsolvable
from planners.task import Task
from planners.verdict import Valid


class UnsolvabilityWatch:
    """Has a planner prove that there is no plan, if it can.

    Args:
        planners: Who is asked.
    """

    def __init__(self, planners: SoundPlanners) -> None:
        self._planners = planners

    async def watch(self, task: Task) -> Sight | None:
        """Tell of a proof; a plan found on the way is the model's to find, too."""
        report = await self._planners.prove(task)
        return report if isinstance(report.result, ProvenUnsolvable) else None


class BoundWatch:
    """Has an optimal planner tell what every plan costs at least.

    Args:
        planners: Who is asked.
        verifier: Judges the plan that goes with the bound.
    """

    def __init__(self, planners: SoundPlanners, verifier: Verifier) -> None:
        self._planners = planners
        self._verifier = verifier

    async def watch(self, task: Task) -> Sight | None:
        """Tell what the optimal plan costs, if that is a plan, or that there is none."""
        report = await self._planners.plan(task, optimal=True)
        if isinstance(report.result, ProvenUnsolvable):
            return report
        if not (isinstance(report.result, PlanFound) and report.result.optimal):
            return None
        verdict = await self._verifier.verify(task, report.result.plans[0])
        if not isinstance(verdict, Valid) or verdict.cost is None:
            return None
        return Bound(cost=verdict.cost, engine=str(report))
