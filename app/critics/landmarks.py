"""Facts that every way to the goal still has to pass, from where a plan fails."""

from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.offering import offered
from app.prompts.offers import MOST_OFFERED
from planners.condition import Literal
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.plan import Plan
from planners.relaxation.exploration import relaxation_of
from planners.relaxation.landmarks import landmarks
from planners.task import Task
from planners.verdict import Invalid, Verdict


class Landmarks:
    """Offers facts that every way to the goal has to pass from where a plan fails. Soft.

    Abstains on valid plans, on tasks with durative actions or stated times, and where there
    is nothing to offer within its bound.
    """

    name = "landmarks"
    hard = False

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Offer the landmarks that are still missing in an invalid plan."""
        del plan  # the verdict has the state

        def look(invalid: Invalid, meter: Meter) -> tuple[Offer | None, str]:
            return _offer(task, invalid, meter)

        return await offered(self.name, verdict, look, sought="landmarks")


def _offer(task: Task, verdict: Invalid, meter: Meter) -> tuple[Offer | None, str]:
    prepared = prepare(task)
    if prepared.timed:
        return None, "no landmarks are looked for where time counts."
    relaxation = relaxation_of(task)
    explored = relaxation.explore(
        ((fact.predicate, *fact.arguments) for fact in verdict.state), meter
    )
    found = landmarks(relaxation, explored, prepared.goal(meter), meter)
    if not found:
        return None, "no landmarks are missing where the plan fails."
    facts = tuple(Literal(atom[0], atom[1:]) for atom in found[:MOST_OFFERED])
    more = len(found) - len(facts)
    return Offer(kind=Kind.FACTS, place=verdict.executed, facts=facts, more=more), ""
