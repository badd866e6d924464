"""What the solver services of the PDDL extension of VS Code take and give."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.access.caller import Quota
from app.api import examples
from app.api.clients.texts import GivenPddl
from app.api.models import BudgetIn
from app.modulo.budget import Budget

# How long the extension itself reckons with, both for `/solve` and for `/request`.
USUAL_SECONDS = 60.0
USUAL_ATTEMPTS = BudgetIn().attempts

_OUT = ConfigDict(extra="forbid", frozen=True)


class SolveIn(BaseModel):
    """A task."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"domain": examples.DOMAIN, "problem": examples.PROBLEM}]},
    )

    domain: GivenPddl = Field(description="The domain, in PDDL.")
    problem: GivenPddl = Field(description="The problem, in PDDL.")


class Options(BaseModel):
    """What the extension's user may write as options: they come in the query."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: str | None = Field(default=None, max_length=200, description="Name of a model.")
    strategy: str | None = Field(default=None, max_length=100, description="Name of a strategy.")
    attempts: int | None = Field(
        default=None, ge=1, le=1000, description="Candidate plans at most; 16 unless said."
    )
    seconds: float | None = Field(
        default=None, gt=0, le=3600, description="Wall-clock time at most; 60 unless said."
    )

    def budget(self, quota: Quota) -> Budget:
        """Give the limits; what nobody asked for is cut down to a quota."""
        said = {name for name in ("attempts", "seconds") if getattr(self, name) is not None}
        wanted = Budget(
            attempts=self.attempts or USUAL_ATTEMPTS, seconds=self.seconds or USUAL_SECONDS
        )
        return quota.cut(wanted, said)


class StepOut(BaseModel):
    """One step of a plan."""

    model_config = _OUT

    name: str = Field(description="Such as `(stack a b)`.")
    time: float | None = Field(default=None, description="When it starts, in a temporal plan.")
    duration: float | None = Field(default=None, description="How long it takes there.")


class SolveResultOut(BaseModel):
    """What came of the session."""

    model_config = _OUT

    output: str = Field(description="The outcome in words, and what it took.")
    plan: tuple[StepOut, ...] | None = Field(default=None, description="Where one was found.")
    error: str | None = Field(default=None, description="Why there is none.")


class SolveOut(BaseModel):
    """`ok` with a verified plan, else `error` with the reason."""

    model_config = _OUT

    status: Literal["ok", "error"]
    result: SolveResultOut


class FileIn(BaseModel):
    """One file of a task."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal["PDDL"] = Field(default="PDDL", description="PDDL is the only one.")
    content: GivenPddl = Field(description="The text.")


class ConfigurationIn(BaseModel):
    """What the extension's user configured. What is not for us is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    timeout: float = Field(
        default=USUAL_SECONDS, gt=0, le=86_400, description="Seconds for the session."
    )
    model: str | None = Field(default=None, max_length=200, description="Name of a model.")
    strategy: str | None = Field(default=None, max_length=100, description="Name of a strategy.")


class RequestIn(BaseModel):
    """A task and a configuration. Callbacks are passed over: nothing is sent anywhere."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "domain": {
                        "name": "blocksworld",
                        "format": "PDDL",
                        "content": examples.DOMAIN,
                    },
                    "problem": {"name": "sussman", "format": "PDDL", "content": examples.PROBLEM},
                    "configuration": {"planFormat": "JSON", "timeout": 60},
                }
            ]
        },
    )

    domain: FileIn
    problem: FileIn
    configuration: ConfigurationIn = ConfigurationIn()


class MessageOut(BaseModel):
    """What went wrong."""

    model_config = _OUT

    message: str


class StatusOut(BaseModel):
    """How the search stands: it is over."""

    model_config = _OUT

    status: Literal["STOPPED", "FAILED"]
    reason: Literal["TIMEOUT"] | None = None
    error: MessageOut | None = Field(
        default=None, description="Why there is no plan; the extension shows it of FAILED alone."
    )


class PerformanceOut(BaseModel):
    """What it took."""

    model_config = _OUT

    statesEvaluated: int = Field(  # noqa: N815 (the extension's name for it)
        description="Search steps of sound planners; 0 where none were counted."
    )
    timeElapsed: str = Field(  # noqa: N815 (the extension's name for it)
        description="Milliseconds, as a decimal."
    )


class RequestPlanOut(BaseModel):
    """A verified plan."""

    model_config = _OUT

    makespan: float = Field(description="When a temporal plan ends; else 0.")
    metricValue: float | None = None  # noqa: N815 (the extension's name for it)
    searchPerformanceInfo: PerformanceOut  # noqa: N815 (the extension's name for it)
    timeUnit: Literal["SECOND"] = "SECOND"  # noqa: N815 (the extension's name for it)
    format: Literal["JSON"] = Field(
        default="JSON", description="Whatever was asked for: the extension reads what it is told."
    )
    content: str = Field(description="The steps, as JSON in a string.")


class RequestOut(BaseModel):
    """How the search stands, and the plan."""

    model_config = _OUT

    status: StatusOut
    plans: tuple[RequestPlanOut, ...] = ()
    output: str = ""
