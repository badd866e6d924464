"""What the loop needs of whatever makes candidates and whatever reads and judges them."""

from typing import Protocol

from app.modulo.attempt import Ask, Proposal, Reading, Trace
from app.modulo.budget import Budget
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Verdict


class Proposer(Protocol):
    """Makes candidates. Cancelling a call stops the work behind it."""

    @property
    def name(self) -> str:
        """Its name in the bank."""
        ...

    def refuses(self, task: Task) -> str | None:
        """Say, for the user, why it cannot work on a task, or None if it can."""
        ...

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        """Make one candidate.

        Args:
            task: What is to be planned.
            ask: What the strategy wants.
            trace: Every finished attempt, by number; `ask.after` names one of them.
            remaining: What is left of the budget; the answer must not cost more.

        Raises:
            ProposerBroken: it cannot go on, now or later.
        """
        ...


class ProposerBroken(Exception):
    """The proposer cannot go on; the message says why, for the user."""


class Reader(Protocol):
    """Turns a proposal's free text into a plan; drops nothing silently."""

    async def read(self, task: Task, text: str) -> Reading:
        """Read the last complete plan of a text. Never raises for what the text says."""
        ...


class Verifier(Protocol):
    """Decides whether plans solve tasks. Must be sound, and safe to share."""

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        """Say whether a plan solves a task, and if not, what is wrong with it."""
        ...
