"""The loop: ask, propose, verify, criticise, again, until proven or spent."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from app.modulo.assurance import Referee
from app.modulo.attempt import Attempt, Trace
from app.modulo.bench import Bench, CriticBroken, Turn
from app.modulo.budget import Budget, Limit, Spent, further, left, reached, spent
from app.modulo.critique import Critic
from app.modulo.events import (
    AttemptFinished,
    AttemptStarted,
    Event,
    Failed,
    Improved,
    Outcome,
)
from app.modulo.findings import Findings
from app.modulo.proposer import Proposer, ProposerBroken, Reader, Verifier
from app.modulo.quality import Goal
from app.modulo.strategy import Strategy
from app.modulo.under_way import Broken, Ended, Taken, UnderWay, Watched
from app.modulo.watch import Watcher
from planners.errors import PlanningError
from planners.task import Task

log = logging.getLogger(__name__)


class Modulo:
    """A strategy, its proposers and the judges of what they propose, ready to run.

    Holds no state of a session: one instance may solve any number of tasks at once.

    Args:
        strategy: Says what is asked next.
        proposers: By the names that the strategy uses.
        reader: Reads plans in answers.
        verifier: Judges them.
        critics: What else is to be said of them, in this order.
        referee: Asks other validators, where that is wanted.
        goal: Whether any accepted plan will do, or the best within the budget is wanted.
        watchers: Planners that look at the task meanwhile.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        *,
        strategy: Strategy,
        proposers: Mapping[str, Proposer],
        reader: Reader,
        verifier: Verifier,
        critics: Sequence[Critic] = (),
        referee: Referee | None = None,
        goal: Goal = Goal.ANY,
        watchers: Sequence[Watcher] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._strategy = strategy
        self._bench = Bench(
            proposers=proposers,
            reader=reader,
            verifier=verifier,
            critics=tuple(critics),
            referee=referee,
            clock=clock,
        )
        self._goal = goal
        self._watchers = tuple(watchers)
        self._clock = clock

    async def solve(
        self, task: Task, budget: Budget, trace: Trace = ()
    ) -> AsyncGenerator[Event, None]:
        """Run a session, or go on with one whose log ended at `trace`.

        Closing the generator, or cancelling whoever consumes it, cancels the proposals and
        the planners in flight before it returns.

        Args:
            task: What is to be planned.
            budget: Limits of the whole session, what `trace` has cost counted in.
            trace: Finished attempts of the session so far. None of them is asked for
                again, not even those of a round that was cut off.

        Yields:
            Starts and ends of attempts as they happen, and behind its end what follows from
            an attempt: that it is disputed, that it is the best so far. Last, exactly one
            outcome.
        """
        found = Findings(task, self._goal)
        for attempt in trace:
            # A log's word for a second opinion is none: the validators are asked again.
            known = await self._bench.refereed(task, attempt) if attempt.accepted else attempt
            for event in found.add(known):
                # That it was the best at its time stands in the log already.
                if not isinstance(event, Improved):
                    yield event
                if isinstance(event, Outcome):
                    return
        so_far = spent(found.trace)
        began = self._clock() - so_far.seconds
        turns = self._missing(_in_order(found.trace), budget)
        under_way = UnderWay(watcher.watch(task) for watcher in self._watchers)
        try:
            while (limit := reached(budget, so_far := self._spent(so_far, found, began))) is None:
                trace = _in_order(found.trace)
                turns = turns or self._round(trace, budget)
                if not turns:
                    limit = Limit.STRATEGY
                    break
                for turn in turns:
                    yield AttemptStarted(number=turn.number, round=turn.round, ask=turn.ask)
                self._start(under_way, task, turns, trace, left(budget, so_far))
                while under_way.turns and (done := await self._some(under_way, budget, began)):
                    for event in _told(done, found):
                        yield event
                        if isinstance(event, Outcome):
                            return
                if under_way.turns:
                    # A timer may fire a little before the clock says so: uvloop's do.
                    limit = Limit.SECONDS
                    break
                turns = ()
        finally:
            await under_way.end()
        yield found.at_last(limit)

    def _missing(self, trace: Trace, budget: Budget) -> tuple[Turn, ...]:
        """Give the turns that are missing of a round that was cut off.

        A strategy is pure, so what a round asked can be had again from the trace before it.
        """
        if not trace:
            return ()
        before = tuple(attempt for attempt in trace if attempt.round < trace[-1].round)
        made = {attempt.number for attempt in trace}
        return tuple(turn for turn in self._round(before, budget) if turn.number not in made)

    def _round(self, trace: Trace, budget: Budget) -> tuple[Turn, ...]:
        """Give the turns of the round behind a trace of whole rounds."""
        number = trace[-1].round + 1 if trace else 1
        asks = self._strategy.next_round(trace)[: budget.attempts - len(trace)]
        return tuple(
            Turn(number=len(trace) + place, round=number, ask=ask)
            for place, ask in enumerate(asks, 1)
        )

    def _start(
        self,
        under_way: UnderWay,
        task: Task,
        turns: tuple[Turn, ...],
        trace: Trace,
        remaining: Budget,
    ) -> None:
        if remaining.tokens is not None:
            # Side by side, each may spend its share, so that together they keep the budget.
            remaining = replace(remaining, tokens=remaining.tokens // len(turns))
        under_way.start(turns, lambda turn: self._bench.attempt(task, turn, trace, remaining))

    async def _some(self, under_way: UnderWay, budget: Budget, began: float) -> list[Ended]:
        """Wait until some attempt or watcher is done; empty when the seconds ran out first."""
        # Here and not around the loop in `solve`: a timeout must not span a yield (PEP 789).
        timeout = (
            None if budget.seconds is None else max(0.0, budget.seconds - (self._clock() - began))
        )
        return await under_way.some(timeout)

    def _spent(self, so_far: Spent, found: Findings, began: float) -> Spent:
        return further(so_far, found.trace, seconds=self._clock() - began)


def _told(done: Iterable[Ended], found: Findings) -> Iterator[Event]:
    """Tell what has come of what is done."""
    for ended in done:
        match ended:
            case Taken(attempt=attempt):
                yield AttemptFinished(attempt=attempt)
                yield from found.add(attempt)
            case Watched(sight=sight):
                yield from found.see(sight)
            case Broken(turn=None, problem=problem):
                # The session can do without; who looks after the service should know.
                log.error("a planner that watched broke", exc_info=problem)
            case Broken(turn=Turn() as turn, problem=problem):
                yield failed(problem, turn)
                return


def failed(problem: BaseException, turn: Turn) -> Outcome:
    """Make the outcome of a session that cannot go on, in words for its user."""
    if isinstance(problem, ProposerBroken | CriticBroken | PlanningError):
        return Failed(reason=f"attempt {turn.number}: {problem}")
    # A defect of ours: the log keeps the traceback, the user is told no more than the kind.
    log.error("attempt %d broke", turn.number, exc_info=problem)
    return Failed(reason=f"attempt {turn.number}: internal error ({type(problem).__name__})")


def _in_order(attempts: Iterable[Attempt]) -> Trace:
    """Sort by number: attempts of a round finish in any order, strategies see one order."""
    return tuple(sorted(attempts, key=attrgetter("number")))
