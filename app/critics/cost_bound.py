"""A bound on the cost of plans."""

from fractions import Fraction

from app.modulo.critique import Critique, Opinion
from app.prompts.natural import number
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict


class CostBound:
    """Rejects valid plans that cost more than a bound. Hard.

    The cost is the value of the task's metric; without one, the number of steps.

    Args:
        bound: The greatest cost that is accepted, in the unit of the metric.
    """

    name = "cost_bound"
    hard = True

    def __init__(self, bound: Fraction) -> None:
        self.bound = bound

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Compare the plan's cost with the bound; abstain where the plan is invalid."""
        del task, plan  # the verdict says it all
        if not isinstance(verdict, Valid):
            return Critique(critic=self.name, hard=self.hard, opinion=Opinion.ABSTAIN)
        within = verdict.cost <= self.bound
        cost, bound = number(verdict.cost), number(self.bound)
        return Critique(
            critic=self.name,
            hard=self.hard,
            opinion=Opinion.ACCEPT if within else Opinion.REJECT,
            message="" if within else f"the plan costs {cost}; it must cost at most {bound}.",
            score=-float(verdict.cost),
        )
