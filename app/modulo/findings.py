"""What follows from an attempt: the only place where `Solved` and `Unsolvable` are made."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from app.modulo.attempt import Attempt, Trace
from app.modulo.budget import Limit
from app.modulo.events import (
    Bounded,
    Disagreement,
    Event,
    Exhausted,
    Improved,
    Outcome,
    Solved,
    Unsolvable,
)
from app.modulo.quality import Bound, Goal, better, meets
from app.modulo.ranking import best
from app.modulo.watch import Sight
from planners.engines.engine import ProvenUnsolvable
from planners.opinion import disputed
from planners.task import Task
from planners.verdict import Valid

log = logging.getLogger(__name__)


class Findings:
    """What a session has come to: its trace, the best plan accepted, a bound on all plans.

    Args:
        task: What is to be planned.
        goal: Whether any accepted plan will do.

    Attributes:
        trace: Every finished attempt, in the order in which they ended.
    """

    def __init__(self, task: Task, goal: Goal) -> None:
        self._task = task
        self._goal = goal
        self._answer: Solved | None = None
        self._bound: Bound | None = None
        self.trace: Trace = ()

    def add(self, attempt: Attempt) -> Iterator[Event]:
        """Take a finished attempt in, and tell what follows from it."""
        self.trace = (*self.trace, attempt)
        if disputed(attempt.opinions):
            yield Disagreement(attempt=attempt)
        if attempt.proposal.proves_unsolvable:
            yield from self._unsolvable(attempt.proposal.engine or "")
        if not attempt.accepted:
            return
        answer = solved(attempt)
        if better(self._task, answer.proof, None if self._answer is None else self._answer.proof):
            self._answer = answer
            if self._goal is Goal.BEST:
                yield Improved(attempt=attempt.number, proof=answer.proof)
        if attempt.proposal.claims_optimal and answer.proof.cost is not None:
            self._bound = Bound(cost=answer.proof.cost, engine=answer.engine or "")
        yield from self._settled()

    def see(self, sight: Sight | None) -> Iterator[Event]:
        """Take in what a watcher has seen, and tell what follows from it."""
        if isinstance(sight, Bound):
            self._bound = sight
            yield Bounded(bound=sight)
            yield from self._settled()
        elif sight is not None and isinstance(sight.result, ProvenUnsolvable):
            yield from self._unsolvable(str(sight))

    def at_last(self, limit: Limit) -> Outcome:
        """Give the outcome where a limit is reached."""
        if self._answer is None:
            return Exhausted(limit=limit, best=best(self.trace))
        return replace(self._answer, bound=self._bound)

    def _settled(self) -> Iterator[Event]:
        """Tell the outcome, if there is nothing better to go on for."""
        answer = self._answer
        if answer is not None and (
            self._goal is Goal.ANY or meets(self._task, answer.proof, self._bound)
        ):
            yield replace(answer, bound=self._bound)

    def _unsolvable(self, engine: str) -> Iterator[Event]:
        if any(isinstance(attempt.verdict, Valid) for attempt in self.trace):
            # Whoever is right about the task, a plan that was executed to the goal is one.
            log.error("%s claims that there is no plan; there is one", engine)
            return
        yield Unsolvable(engine=engine)


def solved(attempt: Attempt) -> Solved:
    """Make the outcome of an accepted attempt. Needs its `Valid`: there is no other way."""
    assert attempt.plan is not None
    assert isinstance(attempt.verdict, Valid)
    return Solved(
        plan=attempt.plan,
        proof=attempt.verdict,
        attempt=attempt.number,
        proposer=attempt.ask.proposer,
        engine=attempt.proposal.engine,
        opinions=attempt.opinions,
    )
