"""What a user asks for, as accepted: the first thing in every log."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from app.modulo.assurance import Assurance
from app.modulo.attempt import Feedback, History, Trace
from app.modulo.budget import Budget
from app.modulo.events import Event
from planners.task import Task


class Mode(StrEnum):
    """How far a model is on its own."""

    AUTONOMOUS = "autonomous"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """One request for a plan. None leaves a choice to the settings of the service.

    Attributes:
        task: What is to be planned.
        mode: `autonomous` is one call without feedback; `heuristic` is the loop.
        strategy: Name in the bank.
        model: Name in the bank.
        budget: Limits of the session.
        feedback: How much of a flaw the backprompt tells.
        history: Which earlier turns a backprompt repeats.
        cost_bound: The most that an accepted plan may cost, in units of the task's metric.
        preference: What else the plan should be like, in words for a critic.
        assurance: By how many independent validators a plan has to be found valid.
        seed: Source of randomness; same seed, same asks.
    """

    task: Task
    mode: Mode = Mode.HEURISTIC
    strategy: str | None = None
    model: str | None = None
    budget: Budget = field(default_factory=Budget)
    feedback: Feedback | None = None
    history: History | None = None
    cost_bound: Fraction | None = None
    preference: str | None = None
    assurance: Assurance = Assurance.SINGLE
    seed: int = 0


class Solver(Protocol):
    """Runs a session: `app.modulo.loop.Modulo` does."""

    def solve(self, task: Task, budget: Budget, trace: Trace = ()) -> AsyncGenerator[Event, None]:
        """Go on from a trace; yields events, at last exactly one outcome."""
        ...


class Composer(Protocol):
    """Chooses the parts of a session from the bank by what the request names."""

    def check(self, request: PlanRequest) -> None:
        """Refuse what cannot be served, before a session is made of it.

        May read the task: it is called outside the event loop.

        Raises:
            RequestRefused: a name is not in the bank, names contradict each other, or the
                proposer does not work on this task.
        """
        ...

    def compose(self, request: PlanRequest) -> Solver:
        """Put the parts together. Cheap: it is called on the event loop.

        Raises:
            RequestRefused: the parts are not on offer any more.
        """
        ...
