"""The nearest change that gets a plan past the step at which it fails."""

import asyncio
import time

from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.prompts.offers import critique_of
from planners.errors import BoundReached
from planners.execution.meter import Meter
from planners.plan import Plan
from planners.relaxation.nearby import Insertion, Omission, Replacement, nearby
from planners.task import Task
from planners.verdict import Invalid, Verdict

# Half a second of work on one core, roughly; most tasks take a hundredth of that.
MOST_PARTS = 200_000


class NearestRepair:
    """Offers a step to insert, to leave out or to give other arguments where a plan fails. Soft.

    Abstains on valid plans, on tasks with durative actions or stated times, and where there
    is nothing to offer within its bound.
    """

    name = "nearest_repair"
    hard = False

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Offer what gets an invalid plan past its failing step."""
        if not isinstance(verdict, Invalid):
            return critique_of(self.name, None, seconds=0.0, reason="there is nothing to mend.")
        # Apart from the event loop: other sessions go on meanwhile.
        return await asyncio.to_thread(self._offered, task, plan, verdict)

    def _offered(self, task: Task, plan: Plan, verdict: Invalid) -> Critique:
        began = time.thread_time()
        offer, reason = None, "nothing near the failing step can be executed instead."
        try:
            found = nearby(task, plan, verdict.executed, Meter(MOST_PARTS))
        except BoundReached:
            found, reason = None, "the task is too large to look for a repair."
        match found:
            case Insertion(steps):
                offer = Offer(kind=Kind.INSERT, place=verdict.executed, steps=steps)
            case Replacement(steps):
                offer = Offer(kind=Kind.REPLACE, place=verdict.executed, steps=steps)
            case Omission(step):
                offer = Offer(kind=Kind.OMIT, place=verdict.executed, steps=(step,))
        return critique_of(self.name, offer, seconds=time.thread_time() - began, reason=reason)
