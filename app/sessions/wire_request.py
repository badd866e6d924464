"""Requests as they stand at the head of a log, both ways."""

from fractions import Fraction
from typing import Literal

from pydantic import Field

from app.modulo.assurance import Assurance
from app.modulo.attempt import Feedback, History
from app.modulo.budget import Budget
from app.modulo.quality import Goal
from app.modulo.strategies.ladder import Rung
from app.modulo.watch import Watch
from app.sessions.origin import DEFAULT_TENANT, Lane, Origin
from app.sessions.request import LadderRequest, Mode, PlanRequest
from app.sessions.wire_step import Text, Wire
from planners.task import Task


class BudgetWire(Wire):
    """Limits of the session; null is no limit."""

    attempts: int
    tokens: int | None = None
    seconds: float | None = None


class LadderWire(Wire):
    """When sound planners take over from the model, and which."""

    rungs: tuple[Rung, ...]
    after: int | None = None
    share: float
    engine: str | None = None

    @classmethod
    def of(cls, ladder: LadderRequest) -> "LadderWire":
        """Write a ladder."""
        return cls(rungs=ladder.rungs, after=ladder.after, share=ladder.share, engine=ladder.engine)

    def ladder(self) -> LadderRequest:
        """Read the ladder back."""
        return LadderRequest(
            rungs=self.rungs, after=self.after, share=self.share, engine=self.engine
        )


class OriginWire(Wire):
    """Whose a session is, and which line it waits in."""

    tenant: str = Field(default=DEFAULT_TENANT, description="Whose session it is.")
    key: str | None = Field(default=None, description="Id of the API key it was asked for with.")
    lane: Lane = Field(default=Lane.INTERACTIVE, description="The queue that it waits in.")
    batch: str | None = Field(default=None, description="Id of the batch that it belongs to.")
    label: Text | None = Field(default=None, description="The client's name for it there.")

    @classmethod
    def of(cls, origin: Origin) -> "OriginWire":
        """Write an origin."""
        return cls(
            tenant=origin.tenant,
            key=origin.key,
            lane=origin.lane,
            batch=origin.batch,
            label=origin.label,
        )

    def origin(self) -> Origin:
        """Read the origin back."""
        return Origin(
            tenant=self.tenant, key=self.key, lane=self.lane, batch=self.batch, label=self.label
        )


class SessionCreatedWire(Wire):
    """A request was accepted; here it is, with its defaults filled in."""

    type: Literal["session_created"] = "session_created"
    domain: Text
    problem: Text
    mode: Mode
    strategy: str | None = None
    model: str | None = None
    budget: BudgetWire
    feedback: Feedback | None = None
    history: History | None = None
    cost_bound: str | None = Field(default=None, description="A decimal or a fraction.")
    preference: Text | None = None
    critics: tuple[str, ...] = ()
    assurance: Assurance = Assurance.SINGLE
    goal: Goal = Goal.ANY
    watch: tuple[Watch, ...] = ()
    ladder: LadderWire | None = None
    seed: int = 0
    origin: OriginWire = OriginWire()
    webhook: str | None = Field(default=None, description="Where to tell of the end.")

    @classmethod
    def of(cls, request: PlanRequest) -> "SessionCreatedWire":
        """Write a request."""
        budget = request.budget
        return cls(
            domain=request.task.domain,
            problem=request.task.problem,
            mode=request.mode,
            strategy=request.strategy,
            model=request.model,
            budget=BudgetWire(
                attempts=budget.attempts, tokens=budget.tokens, seconds=budget.seconds
            ),
            feedback=request.feedback,
            history=request.history,
            cost_bound=None if request.cost_bound is None else str(request.cost_bound),
            preference=request.preference,
            critics=request.critics,
            assurance=request.assurance,
            goal=request.goal,
            watch=request.watch,
            ladder=None if request.ladder is None else LadderWire.of(request.ladder),
            seed=request.seed,
            origin=OriginWire.of(request.origin),
            webhook=request.webhook,
        )

    def request(self) -> PlanRequest:
        """Read the request back.

        Raises:
            ValueError: the cost bound is no number.
        """
        budget = self.budget
        return PlanRequest(
            task=Task(domain=self.domain, problem=self.problem),
            mode=self.mode,
            strategy=self.strategy,
            model=self.model,
            budget=Budget(attempts=budget.attempts, tokens=budget.tokens, seconds=budget.seconds),
            feedback=self.feedback,
            history=self.history,
            cost_bound=None if self.cost_bound is None else Fraction(self.cost_bound),
            preference=self.preference,
            critics=self.critics,
            assurance=self.assurance,
            goal=self.goal,
            watch=self.watch,
            ladder=None if self.ladder is None else self.ladder.ladder(),
            seed=self.seed,
            origin=self.origin.origin(),
            webhook=self.webhook,
        )
