"""The loop: ask, propose, verify, criticise, again, until proven or spent."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.modulo.assurance import Referee, rejection
from app.modulo.attempt import Ask, Attempt, Trace
from app.modulo.budget import Budget, Limit, Spent, left, reached, spent
from app.modulo.critique import Critic, Critique
from app.modulo.events import (
    AttemptFinished,
    AttemptStarted,
    Disagreement,
    Event,
    Exhausted,
    Failed,
    Outcome,
    Solved,
)
from app.modulo.proposer import Proposer, ProposerBroken, Reader, Verifier
from app.modulo.ranking import best
from app.modulo.strategy import Strategy
from planners.errors import PlanningError
from planners.opinion import disputed
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict

log = logging.getLogger(__name__)


class CriticBroken(Exception):
    """A critic could not judge. Never counts as acceptance: the session ends as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An ask with its place in the session; numbers count from 1."""

    number: int
    round: int
    ask: Ask


class Modulo:
    """A strategy, its proposers and the judges of what they propose, ready to run.

    Holds no state of a session: one instance may solve any number of tasks at once.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._strategy = strategy
        self._proposers = proposers
        self._reader = reader
        self._verifier = verifier
        self._critics = tuple(critics)
        self._referee = referee
        self._clock = clock

    async def solve(
        self, task: Task, budget: Budget, trace: Trace = ()
    ) -> AsyncGenerator[Event, None]:
        """Run a session, or go on with one whose log ended at `trace`.

        Closing the generator, or cancelling whoever consumes it, cancels the proposals
        in flight before it returns.

        Args:
            task: What is to be planned.
            budget: Limits of the whole session, what `trace` has cost counted in.
            trace: Finished attempts of the session so far. None of them is asked for
                again, not even those of a round that was cut off.

        Yields:
            Starts and ends of attempts as they happen, and behind its end that an attempt is
            disputed; last, exactly one outcome.
        """
        # A log's word for a second opinion is none: the validators are asked again.
        trace = tuple(
            [await self._refereed(task, made) if made.accepted else made for made in trace]
        )
        for attempt in trace:
            if disputed(attempt.opinions):
                yield Disagreement(attempt=attempt)
            if attempt.accepted:
                yield solved(attempt)
                return
        began = self._clock() - spent(trace).seconds
        while (limit := reached(budget, so_far := self._spent(trace, began))) is None:
            turns = self._turns(trace, budget)
            if not turns:
                limit = Limit.STRATEGY
                break
            running: dict[asyncio.Task[Attempt], Turn] = {}
            try:
                for turn in turns:
                    yield AttemptStarted(number=turn.number, round=turn.round, ask=turn.ask)
                running = self._start(task, turns, trace, left(budget, so_far))
                while running and (done := await self._some(running, budget, began)):
                    for finished in done:
                        turn = running.pop(finished)
                        if (problem := finished.exception()) is not None:
                            yield failed(problem, turn)
                            return
                        attempt = finished.result()
                        trace = (*trace, attempt)
                        yield AttemptFinished(attempt=attempt)
                        if disputed(attempt.opinions):
                            yield Disagreement(attempt=attempt)
                        if attempt.accepted:
                            yield solved(attempt)
                            return
            finally:
                await _end(running)
        yield Exhausted(limit=limit, best=best(trace))

    def _turns(self, trace: Trace, budget: Budget) -> tuple[Turn, ...]:
        """Give the turns to take next: those missing of a round cut off, or a new round.

        A strategy is pure, so what a round asked can be had again from the trace before it.
        """
        current = max((attempt.round for attempt in trace), default=0)
        before = _in_order(attempt for attempt in trace if attempt.round < current)
        made = {attempt.number for attempt in trace}
        if current:
            missing = self._round(before, current, budget)
            missing = tuple(turn for turn in missing if turn.number not in made)
            if missing:
                return missing
        return self._round(_in_order(trace), current + 1, budget)

    def _round(self, before: Trace, number: int, budget: Budget) -> tuple[Turn, ...]:
        asks = self._strategy.next_round(before)[: budget.attempts - len(before)]
        return tuple(
            Turn(number=len(before) + place, round=number, ask=ask)
            for place, ask in enumerate(asks, 1)
        )

    def _start(
        self, task: Task, turns: tuple[Turn, ...], trace: Trace, remaining: Budget
    ) -> dict[asyncio.Task[Attempt], Turn]:
        if remaining.tokens is not None:
            # Side by side, each may spend its share, so that together they keep the budget.
            remaining = replace(remaining, tokens=remaining.tokens // len(turns))
        known = _in_order(trace)
        return {
            asyncio.create_task(self._attempt(task, turn, known, remaining)): turn for turn in turns
        }

    async def _some(
        self, running: Mapping[asyncio.Task[Attempt], Turn], budget: Budget, began: float
    ) -> list[asyncio.Task[Attempt]]:
        """Wait until some attempt is done; empty when the seconds ran out first."""
        # Here and not around the loop in `solve`: a timeout must not span a yield (PEP 789).
        timeout = (
            None if budget.seconds is None else max(0.0, budget.seconds - (self._clock() - began))
        )
        done, _ = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        return sorted(done, key=lambda finished: running[finished].number)

    async def _attempt(self, task: Task, turn: Turn, trace: Trace, remaining: Budget) -> Attempt:
        began = self._clock()
        proposer = self._proposers[turn.ask.proposer]
        proposal = await proposer.propose(task, turn.ask, trace, remaining)
        reading = await self._reader.read(task, proposal.text)
        verdict: Verdict | None = None
        critiques: tuple[Critique, ...] = ()
        if reading.plan is not None:
            verdict = await self._verifier.verify(task, reading.plan)
            critiques = await self._criticise(task, reading.plan, verdict)
        attempt = Attempt(
            number=turn.number,
            round=turn.round,
            ask=turn.ask,
            proposal=proposal,
            reading=reading,
            verdict=verdict,
            critiques=critiques,
        )
        attempt = await self._refereed(task, attempt)
        return replace(attempt, seconds=self._clock() - began)

    async def _refereed(self, task: Task, attempt: Attempt) -> Attempt:
        """Have independent validators say what they make of the verdict, if any are asked."""
        plan, verdict = attempt.plan, attempt.verdict
        if self._referee is None or plan is None or verdict is None:
            return attempt
        opinions = tuple(await self._referee.judge(task, plan, verdict))
        critiques = (*attempt.critiques, *rejection(verdict, opinions))
        return replace(attempt, opinions=opinions, critiques=critiques)

    async def _criticise(self, task: Task, plan: Plan, verdict: Verdict) -> tuple[Critique, ...]:
        critiques = []
        for critic in self._critics:
            try:
                critiques.append(await critic.criticise(task, plan, verdict))
            except Exception as problem:
                raise CriticBroken(f"critic {critic.name!r} broke: {problem}") from problem
        return tuple(critiques)

    def _spent(self, trace: Trace, began: float) -> Spent:
        return replace(spent(trace), seconds=self._clock() - began)


def solved(attempt: Attempt) -> Solved:
    """Make the outcome of an accepted attempt. Needs its `Valid`: there is no other way."""
    assert attempt.plan is not None
    assert isinstance(attempt.verdict, Valid)
    return Solved(
        plan=attempt.plan,
        proof=attempt.verdict,
        attempt=attempt.number,
        proposer=attempt.ask.proposer,
        opinions=attempt.opinions,
    )


def failed(problem: BaseException, turn: Turn) -> Outcome:
    """Make the outcome of a session that cannot go on, in words for its user."""
    if isinstance(problem, ProposerBroken | CriticBroken | PlanningError):
        return Failed(reason=f"attempt {turn.number}: {problem}")
    # A defect of ours: the log keeps the traceback, the user is told no more than the kind.
    log.error("attempt %d broke", turn.number, exc_info=problem)
    return Failed(reason=f"attempt {turn.number}: internal error ({type(problem).__name__})")


def _in_order(attempts: Iterable[Attempt]) -> Trace:
    """Sort by number: attempts of a round finish in any order, strategies see one order."""
    return tuple(sorted(attempts, key=lambda attempt: attempt.number))


async def _end(running: Mapping[asyncio.Task[Attempt], Turn]) -> None:
    if not running:
        return
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
