"""Where one attempt is made: proposed, read, verified, criticised, and looked at once more."""

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace

from app.modulo.assurance import Referee, rejection
from app.modulo.attempt import Ask, Attempt, Trace
from app.modulo.budget import Budget
from app.modulo.critique import Critic, Critique
from app.modulo.proposer import Proposer, Reader, Verifier
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Verdict

# Which attempt the code that runs now belongs to: for whoever watches the parts from outside.
ATTEMPT: ContextVar[int | None] = ContextVar("attempt", default=None)


class CriticBroken(Exception):
    """A critic could not judge. Never counts as acceptance: the session ends as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An ask with its place in the session; numbers count from 1."""

    number: int
    round: int
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts that make an attempt. Holds no state of a session.

    Attributes:
        proposers: By the names that asks use.
        reader: Reads plans in answers.
        verifier: Judges them.
        critics: In the bank's order.
        referee: Asks other validators, where that is wanted.
        clock: Seconds that never go back.
    """

    proposers: Mapping[str, Proposer]
    reader: Reader
    verifier: Verifier
    critics: tuple[Critic, ...] = ()
    referee: Referee | None = None
    clock: Callable[[], float] = time.monotonic

    async def attempt(self, task: Task, turn: Turn, trace: Trace, remaining: Budget) -> Attempt:
        """Make one attempt.

        Args:
            task: What is to be planned.
            turn: What the strategy wants.
            trace: Every finished attempt, by number.
            remaining: What is left of the budget for it.

        Raises:
            ProposerBroken: the proposer cannot go on.
            CriticBroken: a critic could not judge.
            PlanningError: the task cannot be read, or the plan not be judged.
        """
        ATTEMPT.set(turn.number)
        try:
            return await self._attempt(task, turn, trace, remaining)
        finally:
            # Not `reset`: a loop that is closed from outside ends in another context.
            ATTEMPT.set(None)

    async def _attempt(self, task: Task, turn: Turn, trace: Trace, remaining: Budget) -> Attempt:
        began = self.clock()
        proposer = self.proposers[turn.ask.proposer]
        proposal = await proposer.propose(task, turn.ask, trace, remaining)
        reading = await self.reader.read(task, proposal.text)
        verdict: Verdict | None = None
        critiques: tuple[Critique, ...] = ()
        if reading.plan is not None:
            verdict = await self.verifier.verify(task, reading.plan)
            critiques = await self._criticise(task, reading.plan, verdict)
        attempt = Attempt(
            number=turn.number,
            round=turn.round,
            ask=turn.ask,
            proposal=proposal,
            reading=reading,
            verdict=verdict,
            critiques=critiques,
            seconds=self.clock() - began,
        )
        if self.referee is None:
            return attempt
        attempt = await self.refereed(task, attempt)
        return replace(attempt, seconds=self.clock() - began)

    async def refereed(self, task: Task, attempt: Attempt) -> Attempt:
        """Have independent validators say what they make of the verdict, if any are asked."""
        plan, verdict = attempt.plan, attempt.verdict
        if self.referee is None or plan is None or verdict is None:
            return attempt
        opinions = tuple(await self.referee.judge(task, plan, verdict))
        critiques = (*attempt.critiques, *rejection(verdict, opinions))
        return replace(attempt, opinions=opinions, critiques=critiques)

    async def _criticise(self, task: Task, plan: Plan, verdict: Verdict) -> tuple[Critique, ...]:
        critiques = []
        for critic in self.critics:
            try:
                critiques.append(await critic.criticise(task, plan, verdict))
            except Exception as problem:
                raise CriticBroken(f"critic {critic.name!r} broke: {problem}") from problem
        return tuple(critiques)
