"""The nearest change that gets a plan past the step at which it fails."""

from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.offering import offered
from planners.execution.meter import Meter
from planners.plan import Plan
from planners.relaxation.nearby import Insertion, Omission, Replacement, nearby
from planners.task import Task
from planners.verdict import Invalid, Verdict


class NearestRepair:
    """Offers a step to insert, to leave out or to give other arguments where a plan fails. Soft.

    Abstains on valid plans, on tasks with durative actions or stated times, and where there
    is nothing to offer within its bound.
    """

    name = "nearest_repair"
    hard = False

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Offer what gets an invalid plan past its failing step."""

        def look(invalid: Invalid, meter: Meter) -> tuple[Offer | None, str]:
            return _offer(task, plan, invalid.executed, meter)

        return await offered(self.name, verdict, look, sought="a repair")


def _offer(task: Task, plan: Plan, place: int, meter: Meter) -> tuple[Offer | None, str]:
    match nearby(task, plan, place, meter):
        case Insertion(steps):
            return Offer(kind=Kind.INSERT, place=place, steps=steps), ""
        case Replacement(steps):
            return Offer(kind=Kind.REPLACE, place=place, steps=steps), ""
        case Omission(step):
            return Offer(kind=Kind.OMIT, place=place, steps=(step,)), ""
    return None, "nothing near the failing step can be executed instead."
