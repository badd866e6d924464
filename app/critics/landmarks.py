"""Facts that every way to the goal still has to pass, from where a plan fails."""

import asyncio
import time

from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.prompts.offers import MOST_OFFERED, critique_of
from planners.condition import Literal
from planners.errors import BoundReached
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.plan import Plan
from planners.relaxation.exploration import relaxation_of
from planners.relaxation.landmarks import landmarks
from planners.task import Task
from planners.verdict import Invalid, Verdict

# Half a second of work on one core, roughly; most tasks take a hundredth of that.
MOST_PARTS = 200_000


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
        if not isinstance(verdict, Invalid):
            return critique_of(self.name, None, seconds=0.0, reason="there is nothing to mend.")
        # Apart from the event loop: other sessions go on meanwhile.
        return await asyncio.to_thread(self._offered, task, verdict)

    def _offered(self, task: Task, verdict: Invalid) -> Critique:
        began = time.thread_time()
        try:
            offer, reason = _offer(task, verdict)
        except BoundReached:
            offer, reason = None, "the task is too large to look for landmarks."
        return critique_of(self.name, offer, seconds=time.thread_time() - began, reason=reason)


def _offer(task: Task, verdict: Invalid) -> tuple[Offer | None, str]:
    prepared = prepare(task)
    if prepared.timed:
        return None, "no landmarks are looked for where time counts."
    meter, relaxation = Meter(MOST_PARTS), relaxation_of(task)
    state = ((fact.predicate, *fact.arguments) for fact in verdict.state)
    explored = relaxation.explore(state, meter)
    found = landmarks(relaxation, explored, prepared.goal(meter), meter)
    if not found:
        return None, "no landmarks are missing where the plan fails."
    facts = tuple(Literal(atom[0], atom[1:]) for atom in found[:MOST_OFFERED])
    more = len(found) - len(facts)
    return Offer(kind=Kind.FACTS, place=verdict.executed, facts=facts, more=more), ""
