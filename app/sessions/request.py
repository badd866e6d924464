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
from app.modulo.quality import Goal
from app.modulo.strategies.ladder import DEFAULT_RUNGS, Rung
from app.modulo.watch import Watch
from app.sessions.origin import Origin
from planners.task import Task


class Mode(StrEnum):
    """How far a model is on its own."""

    AUTONOMOUS = "autonomous"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRequest:
    """When sound planners take over from the model, and which. See `Ladder`.

    Attributes:
        rungs: In the order in which they are climbed.
        after: Attempts of the model, at least 1; None leaves it to the share.
        share: Of the budget's tokens and seconds for the model, above 0 and at most 1.
        engine: Name of the one planner to ask; None is whichever can.
    """

    rungs: tuple[Rung, ...] = DEFAULT_RUNGS
    after: int | None = None
    share: float = 0.5
    engine: str | None = None


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
        critics: Names in the bank of constructive critics, which offer help with a flaw.
        assurance: By how many independent validators a plan has to be found valid.
        goal: Whether any accepted plan ends the session, or only the best can.
        watch: What sound planners watch for beside the loop.
        ladder: When planners take over, and which.
        seed: Source of randomness; same seed, same asks.
        origin: Whose request it is, and which line it waits in.
        webhook: Where to tell that the session has ended, or None.
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
    critics: tuple[str, ...] = ()
    assurance: Assurance = Assurance.SINGLE
    goal: Goal = Goal.ANY
    watch: tuple[Watch, ...] = ()
    ladder: LadderRequest | None = None
    seed: int = 0
    origin: Origin = field(default_factory=Origin)
    webhook: str | None = None


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
