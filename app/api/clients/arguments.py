"""What the services of our packages take."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api import examples
from app.api.clients.texts import GivenPddl, GivenText
from app.api.models import BudgetIn

_BUDGET = BudgetIn()
# The editor sends `plan` to every service, and tells what it would do with the answer; the
# extension sends what its user configured for other planners. None of it is for us.
NOT_FOR_US = frozenset(
    {
        "adaptor",
        "authentication",
        "options",
        "persistent",
        "plan",
        "searchDebuggerEnabled",
        "searchDebuggerPort",
    }
)


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    TEXTS: ClassVar[frozenset[str]] = frozenset({"domain", "problem", "plan"})

    domain: GivenPddl = Field(description="The domain, in PDDL.")
    problem: GivenPddl = Field(description="The problem, in PDDL.")

    @model_validator(mode="before")
    @classmethod
    def _without_what_says_nothing(cls, given: object) -> object:
        """Leave out what is not for us, and the empty fields of a form: they mean the default."""
        if not isinstance(given, Mapping):
            return given
        ignored = NOT_FOR_US - cls.model_fields.keys()
        return {
            name: value
            for name, value in given.items()
            if name not in ignored and (value != "" or name in cls.TEXTS)
        }


class SolveArguments(_Arguments):
    """A task for the loop, and how to go about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"domain": examples.DOMAIN, "problem": examples.PROBLEM, "attempts": 16}]
        }
    )

    model: str | None = Field(default=None, max_length=200, description="Who proposes plans.")
    strategy: str | None = Field(
        default=None, max_length=100, description="What is asked for next, and after what."
    )
    attempts: int = Field(
        default=_BUDGET.attempts, ge=1, le=1000, description="Candidate plans at most."
    )
    seconds: int = Field(
        default=int(_BUDGET.seconds), ge=1, le=86_400, description="Wall-clock time at most."
    )
    preference: str | None = Field(
        default=None,
        max_length=2000,
        description="What plans should be like beside valid, in words; a general model judges it.",
    )
    watch: str | None = Field(
        default=None,
        max_length=20,
        description="Whether a planner looks for a proof beside it that there is no plan.",
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Source of randomness.")


class PlanArguments(_Arguments):
    """A task for a sound planner."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"domain": examples.DOMAIN, "problem": examples.PROBLEM}]}
    )

    engine: str | None = Field(default=None, max_length=100, description="Which planner.")
    goal: str | None = Field(
        default=None, max_length=20, description="Any plan, or one of least cost."
    )
    seconds: int = Field(default=60, ge=1, le=86_400, description="Wall-clock time at most.")
    seed: int = Field(default=0, ge=0, lt=2**31, description="Source of randomness.")


class ValidateArguments(_Arguments):
    """A plan to be judged."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "domain": examples.DOMAIN,
                    "problem": examples.PROBLEM,
                    "plan": examples.SOLUTION,
                }
            ]
        }
    )

    plan: GivenText = Field(description="The plan, in the IPC format.")
