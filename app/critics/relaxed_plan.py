"""A sketch of the rest of a plan, from where it fails."""

from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.offering import offered
from app.prompts.offers import MOST_OFFERED
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.plan import Plan
from planners.relaxation.exploration import relaxation_of
from planners.relaxation.relaxed_plan import relaxed_plan
from planners.task import Task
from planners.verdict import Invalid, Verdict


class RelaxedPlan:
    """Offers steps that would reach the goal if nothing were undone, from where a plan fails. Soft.

    Abstains on valid plans, on tasks with durative actions or stated times, and where there
    is nothing to offer within its bound.
    """

    name = "relaxed_plan"
    hard = False

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Offer a sketch of the rest of an invalid plan."""
        del plan  # the verdict has the state

        def look(invalid: Invalid, meter: Meter) -> tuple[Offer | None, str]:
            return _offer(task, invalid, meter)

        return await offered(self.name, verdict, look, sought="a sketch")


def _offer(task: Task, verdict: Invalid, meter: Meter) -> tuple[Offer | None, str]:
    prepared = prepare(task)
    if prepared.timed:
        return None, "no sketches are made where time counts."
    relaxation = relaxation_of(task)
    explored = relaxation.explore(
        ((fact.predicate, *fact.arguments) for fact in verdict.state), meter
    )
    steps = relaxed_plan(relaxation, explored, prepared.goal(meter), meter)
    if not steps:
        return None, "there is no sketch from where the plan fails."
    shown = steps[:MOST_OFFERED]
    more = len(steps) - len(shown)
    return Offer(kind=Kind.SKETCH, place=verdict.executed, steps=shown, more=more), ""
