"""Verdicts and flaws on the wire: to be read by people and programs, never trusted back.

Verdicts go out only. Whoever reads a log has its plans verified again, so text cannot
make a `Valid`. Steps count from 1 here, as people count: `step_number`.
"""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from planners.plan import Step
from planners.verdict import (
    Flaw,
    Invalid,
    StepFlaw,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    Verdict,
    WrongArguments,
    WrongType,
)


class Wire(BaseModel):
    """Frozen. Unknown fields are passed over: a later version may have written them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def storable(text: Any) -> Any:
    """Replace what UTF-8 cannot carry: a model may send half of a surrogate pair."""
    if not isinstance(text, str) or text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _absent(value: object) -> bool:
    return value is None


Text = Annotated[str, BeforeValidator(storable)]


class StepWire(Wire):
    """A ground action."""

    action: Text = Field(description="Name of the action.")
    arguments: tuple[Text, ...] = Field(default=(), description="Names of objects.")
    start: str | None = Field(
        default=None,
        exclude_if=_absent,
        description="Time stamp in the task's own unit, as a decimal or a fraction such as `1/3`.",
    )
    duration: str | None = Field(
        default=None, exclude_if=_absent, description="Duration, in the same unit."
    )

    @classmethod
    def of(cls, step: Step) -> "StepWire":
        """Write a step."""
        return cls(
            action=step.action,
            arguments=step.arguments,
            start=None if step.start is None else str(step.start),
            duration=None if step.duration is None else str(step.duration),
        )

    def step(self) -> Step:
        """Read the step back.

        Raises:
            ValueError: a time is no number.
        """
        return Step(
            action=self.action,
            arguments=self.arguments,
            start=None if self.start is None else Fraction(self.start),
            duration=None if self.duration is None else Fraction(self.duration),
        )


class StepFlawWire(Wire):
    """What every flaw of one step tells."""

    step_number: int = Field(description="Which step of the plan, counted from 1.")
    step: Text = Field(description="That step, as in a plan file.")


class UnknownActionWire(StepFlawWire):
    """The domain has no action of that name."""

    type: Literal["unknown_action"] = "unknown_action"
    known: tuple[str, ...] = Field(description="The actions that it has.")


class UnknownObjectWire(StepFlawWire):
    """The task has no object of that name."""

    type: Literal["unknown_object"] = "unknown_object"
    name: Text


class WrongArgumentsWire(StepFlawWire):
    """The step has too few or too many arguments."""

    type: Literal["wrong_arguments"] = "wrong_arguments"
    expected: int = Field(description="How many the action takes.")


class WrongTypeWire(StepFlawWire):
    """An argument is not of the type that the action asks for."""

    type: Literal["wrong_type"] = "wrong_type"
    name: str
    parameter: str
    expected: tuple[str, ...]
    found: tuple[str, ...]


class UnsatisfiedPreconditionWire(StepFlawWire):
    """The step cannot be executed where it stands."""

    type: Literal["unsatisfied_precondition"] = "unsatisfied_precondition"
    unmet: tuple[str, ...] = Field(description="The conditions that do not hold there, as PDDL.")


class UndefinedValueWire(StepFlawWire):
    """The step's effect needs the value of a function that has none."""

    type: Literal["undefined_value"] = "undefined_value"
    term: str


class UnsatisfiedGoalWire(Wire):
    """Every step was executed, and the goal does not hold at the end."""

    type: Literal["unsatisfied_goal"] = "unsatisfied_goal"
    unmet: tuple[str, ...] = Field(description="The parts of the goal that do not hold, as PDDL.")


FlawWire = Annotated[
    UnknownActionWire
    | UnknownObjectWire
    | WrongArgumentsWire
    | WrongTypeWire
    | UnsatisfiedPreconditionWire
    | UndefinedValueWire
    | UnsatisfiedGoalWire,
    Field(discriminator="type"),
]


class ValidWire(Wire):
    """The plan was executed and reaches the goal."""

    type: Literal["valid"] = "valid"
    cost: int | float = Field(
        description="Value of the task's metric; without one, the number of steps."
    )
    steps: int = Field(description="How many steps were executed.")


class InvalidWire(Wire):
    """The plan does not solve the task."""

    type: Literal["invalid"] = "invalid"
    flaw: FlawWire = Field(description="The first thing wrong.")
    also: tuple[FlawWire, ...] = Field(default=(), description="What else was found.")
    executed: int = Field(description="How many steps could be executed.")
    state: tuple[str, ...] = Field(description="The atoms that hold there, as PDDL.")
    open_goals: tuple[str, ...] = Field(
        description="The parts of the goal that do not hold there, as PDDL."
    )


VerdictWire = Annotated[ValidWire | InvalidWire, Field(discriminator="type")]


def verdict_wire(verdict: Verdict) -> ValidWire | InvalidWire:
    """Write a verdict down."""
    if isinstance(verdict, Valid):
        return ValidWire(cost=number(verdict.cost), steps=verdict.steps)
    return invalid_wire(verdict)


def invalid_wire(verdict: Invalid) -> InvalidWire:
    """Write down what is wrong with a plan."""
    return InvalidWire(
        flaw=flaw_wire(verdict.flaw),
        also=tuple(flaw_wire(flaw) for flaw in verdict.also),
        executed=verdict.executed,
        state=tuple(str(atom) for atom in verdict.state),
        open_goals=tuple(str(condition) for condition in verdict.open_goals),
    )


def flaw_wire(flaw: Flaw) -> FlawWire:
    """Write a flaw down, its step counted from 1."""
    if isinstance(flaw, UnsatisfiedGoal):
        return UnsatisfiedGoalWire(unmet=tuple(str(condition) for condition in flaw.unmet))
    return _step_flaw_wire(flaw, number=flaw.index + 1, step=str(flaw.step))


def _step_flaw_wire(flaw: StepFlaw, *, number: int, step: str) -> FlawWire:
    match flaw:
        case UnknownAction(known=known):
            return UnknownActionWire(step_number=number, step=step, known=known)
        case UnknownObject(name=name):
            return UnknownObjectWire(step_number=number, step=step, name=name)
        case WrongArguments(expected=expected):
            return WrongArgumentsWire(step_number=number, step=step, expected=expected)
        case WrongType():
            return WrongTypeWire(
                step_number=number,
                step=step,
                name=flaw.name,
                parameter=flaw.parameter,
                expected=flaw.expected,
                found=flaw.found,
            )
        case UnsatisfiedPrecondition(unmet=unmet):
            conditions = tuple(str(condition) for condition in unmet)
            return UnsatisfiedPreconditionWire(step_number=number, step=step, unmet=conditions)
        case UndefinedValue(term=term):
            return UndefinedValueWire(step_number=number, step=step, term=term)


def number(cost: Fraction) -> int | float:
    """Write a cost as JSON can: exact where it is whole, else the nearest double."""
    return cost.numerator if cost.denominator == 1 else float(cost)
