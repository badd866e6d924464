"""Requests as they come in: closed, frozen, every field bounded and described."""

import hashlib
import json
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.access.caller import Quota
from app.api import examples
from app.modulo.assurance import Assurance
from app.modulo.attempt import Feedback, History
from app.modulo.budget import Budget
from app.modulo.quality import Goal
from app.modulo.strategies.ladder import DEFAULT_RUNGS, Rung
from app.modulo.watch import Watch
from app.sessions.origin import Origin
from app.sessions.request import LadderRequest, Mode, PlanRequest
from planners.repair.ways import Way
from planners.task import Task

MOST_CHARACTERS = 1_000_000
MOST_FIELDS = 100

Pddl = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]


class Closed(BaseModel):
    """What every request is made of: frozen, and without fields that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _few(cls, told: object) -> object:
        # Each unknown field is an error of its own, and a body has room for half a million.
        if isinstance(told, dict) and len(told) > MOST_FIELDS:
            raise PydanticCustomError(
                "too_many_fields", "there are more than {most} fields", {"most": MOST_FIELDS}
            )
        return told


class BudgetIn(Closed):
    """Limits of one session. Whichever is reached first ends it as `exhausted`."""

    attempts: int = Field(default=16, ge=1, le=1000, description="Candidate plans.")
    tokens: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Prompt and completion tokens of proposals and critics together; null is "
        "no limit.",
    )
    seconds: float = Field(
        default=120.0, gt=0, le=86_400, description="Wall-clock time of its rounds."
    )


class CriticsIn(Closed):
    """What a plan must be or should be beside valid."""

    cost_bound: float | None = Field(
        default=None,
        ge=0,
        le=1e12,
        description="Reject a plan that costs more, in units of the task's metric (without "
        "one: steps).",
    )
    preference: str | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="Prefer plans that are so, as judged by a model. Advice: it rejects nothing.",
    )
    constructive: tuple[str, ...] = Field(
        default=(),
        max_length=8,
        description="Names of critics that offer help with a flaw, told with it in the next "
        "prompt: `landmarks`, `relaxed_plan`, `nearest_repair`.",
    )


class LadderIn(Closed):
    """When sound planners take over from the model, and which."""

    rungs: tuple[Rung, ...] = Field(
        default=DEFAULT_RUNGS,
        min_length=1,
        max_length=len(Rung),
        description="In the order in which they are climbed. `repair`: a planner starts from the "
        "nearest plan. `complete`: from where that plan stops. `keep`: it changes as little as "
        "it can. `plan`: from scratch. `optimal`: a cheapest plan.",
    )
    after: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Attempts of the model before; null leaves it to the share. Room for every "
        "rung is left in the budget in any case.",
    )
    share: float = Field(
        default=0.5, gt=0, le=1, description="Of the budget's tokens and seconds, before."
    )
    engine: str | None = Field(
        default=None,
        max_length=100,
        description="Name of the one planner to ask; null is whichever can.",
    )


class PlanIn(Closed):
    """A task, and how to go about it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PLAN]})

    domain: Pddl = Field(description="The domain, in PDDL.")
    problem: Pddl = Field(description="The problem, in PDDL.")
    mode: Mode = Field(
        default=Mode.HEURISTIC,
        description="`autonomous`: one proposal, judged. `heuristic`: the loop, in which the "
        "verifier's findings go back to the model.",
    )
    strategy: str | None = Field(
        default=None, max_length=100, description="Name of a strategy in the catalogue."
    )
    model: str | None = Field(
        default=None, max_length=200, description="Name of a model in the catalogue."
    )
    budget: BudgetIn = Field(default_factory=BudgetIn, description="Limits of the session.")
    feedback: Feedback | None = Field(
        default=None, description="How much of a flaw the model is told."
    )
    history: History | None = Field(
        default=None, description="How much of the earlier turns the model is told."
    )
    critics: CriticsIn = Field(default_factory=CriticsIn, description="Beside the verifier.")
    assurance: Assurance = Field(
        default=Assurance.SINGLE,
        description="`double`: independent validators are asked, too, and a plan that one of "
        "them finds invalid is no answer. Where none can judge, the outcome says `single`.",
    )
    goal: Goal = Field(
        default=Goal.ANY,
        description="`any`: the first accepted plan ends the session. `best`: it goes on for "
        "better ones until a limit is reached, or an optimal planner has proven that there is "
        "none. For a cost that is good enough see `critics.cost_bound`.",
    )
    watch: tuple[Watch, ...] = Field(
        default=(),
        max_length=len(Watch),
        description="What sound planners look for beside the loop. `unsolvability`: a proof that "
        "there is no plan ends the session. `bound`: what every plan costs at least; where "
        "`goal` is `best`.",
    )
    ladder: LadderIn | None = Field(
        default=None,
        description="Sound planners take over where the model does not get there; strategy "
        "`ladder`, which is then the default.",
    )
    seed: int = Field(
        default=0, ge=0, lt=2**31, description="Source of randomness: same seed, same asks."
    )
    webhook: str | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="URL that is told of the end of the session, signed as Standard Webhooks "
        "has it. Where it may lead, the service's settings say.",
    )

    def request(self, origin: Origin, quota: Quota | None = None) -> PlanRequest:
        """Give the request as the rooms below know it, on behalf of whoever asks.

        Args:
            origin: Whose it is.
            quota: Defaults of the budget are cut down to it; what was asked for is not.
        """
        budget, critics, ladder = self.budget, self.critics, self.ladder
        limits = Budget(attempts=budget.attempts, tokens=budget.tokens, seconds=budget.seconds)
        bound = critics.cost_bound
        return PlanRequest(
            task=Task(domain=self.domain, problem=self.problem),
            mode=self.mode,
            strategy=self.strategy,
            model=self.model,
            budget=limits if quota is None else quota.cut(limits, budget.model_fields_set),
            feedback=self.feedback,
            history=self.history,
            # By its decimal digits: 0.1 means one tenth, not the double next to it.
            cost_bound=None if bound is None else Fraction(repr(bound)),
            preference=critics.preference,
            critics=critics.constructive,
            assurance=self.assurance,
            goal=self.goal,
            watch=self.watch,
            ladder=None
            if ladder is None
            else LadderRequest(
                rungs=ladder.rungs, after=ladder.after, share=ladder.share, engine=ladder.engine
            ),
            seed=self.seed,
            origin=origin,
            webhook=self.webhook,
        )

    def fingerprint(self) -> str:
        """Give a hash that is the same for the same request, however it was written."""
        # Without defaults, so that a field of a later version does not change it.
        told = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(told, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


class LineIn(PlanIn):
    """One line of a batch: a request for a plan, and your name for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LINE]})

    id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Your name for this line; no other line of the batch may have it.",
    )


class ValidationIn(Closed):
    """Plans to be judged against one task. No model is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VALIDATION]})

    domain: Pddl = Field(description="The domain, in PDDL.")
    problem: Pddl = Field(description="The problem, in PDDL.")
    plans: tuple[Annotated[str, Field(max_length=MOST_CHARACTERS)], ...] = Field(
        min_length=1,
        max_length=100,
        description="Plans in the IPC format: one step such as `(stack a b)` on each line, "
        "comments after `;`.",
    )


class RepairIn(Closed):
    """A flawed plan to be repaired by a sound planner. No model is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REPAIR]})

    domain: Pddl = Field(description="The domain, in PDDL.")
    problem: Pddl = Field(description="The problem, in PDDL.")
    plan: str | None = Field(
        default=None,
        max_length=MOST_CHARACTERS,
        description="The plan to start from, in the IPC format. Needed but for `plan`.",
    )
    way: Way = Field(
        default=Way.REPAIR,
        description="`repair`: a local search starts from the plan. `complete`: its longest "
        "executable beginning is kept. `keep`: as many of its steps as can be. `plan`: from "
        "scratch.",
    )
    engine: str | None = Field(
        default=None,
        max_length=100,
        description="Name of the one engine to ask; null is whichever can.",
    )
    seconds: float | None = Field(
        default=None,
        gt=0,
        le=86_400,
        description="Wall-clock time, the wait for a free planner included; null is the most "
        "that this service allows.",
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Source of randomness.")
