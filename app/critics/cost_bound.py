"""A bound on the cost of plans."""

from fractions import Fraction

from app.modulo.critique import Critique, Opinion
from app.prompts.numbers import number
from planners.pddl import read_task
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict


class CostBound:
    """Rejects valid plans that cost more than a bound. Hard.

    The cost is the value of the task's metric; without one, the number of steps. A metric
    to maximize is bounded from below. A plan whose metric has no value is rejected.

    Args:
        bound: The greatest cost that is accepted, in the unit of the metric; the least,
            where the metric is to be maximized.
    """

    name = "cost_bound"
    hard = True

    def __init__(self, bound: Fraction) -> None:
        self.bound = bound

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Compare the plan's cost with the bound; abstain where the plan is invalid."""
        del plan  # the verdict says it all
        if not isinstance(verdict, Valid):
            return Critique(critic=self.name, hard=self.hard, opinion=Opinion.ABSTAIN)
        cost = verdict.cost
        if cost is None:
            return Critique(
                critic=self.name,
                hard=self.hard,
                opinion=Opinion.REJECT,
                message="the metric has no value at the end of the plan.",
            )
        metric = read_task(task).metric
        most = metric is None or not metric.maximize
        within = cost <= self.bound if most else cost >= self.bound
        wanted = f"at {'most' if most else 'least'} {number(self.bound)}"
        return Critique(
            critic=self.name,
            hard=self.hard,
            opinion=Opinion.ACCEPT if within else Opinion.REJECT,
            message="" if within else f"the plan costs {number(cost)}; it must cost {wanted}.",
            score=-float(cost) if most else float(cost),
        )
