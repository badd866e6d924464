"""Flaws on the wire: what is wrong with a plan, step by step. Steps count from 1 here."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from app.sessions.wire_step import Text, Wire, absent
from planners.condition import Cause, Condition, Inequality
from planners.verdict import (
    ConflictingEffects,
    DivisionByZero,
    Flaw,
    Interference,
    StepFlaw,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    ViolatedConstraint,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)


class ComparisonWire(Wire):
    """A comparison that does not hold, with the values that were compared."""

    comparison: str = Field(description="The comparison, as PDDL.")
    left: str | None = Field(
        default=None,
        description="Value of its left side, as a decimal or a fraction such as `1/3`; null "
        "where it has none.",
    )
    right: str | None = Field(description="Value of its right side.")


class CauseWire(Wire):
    """Why a literal that is needed does not hold, and what would make it hold."""

    literal: str = Field(description="What is needed, as PDDL.")
    undone_by: int | None = Field(
        default=None,
        description="Number of the last step that made it false, counted from 1; null if none did.",
    )
    producers: tuple[str, ...] = Field(description="Actions that have it among their effects.")


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
    comparisons: tuple[ComparisonWire, ...] = Field(
        default=(),
        exclude_if=absent,
        description="Those among them that compare numbers, with the values found.",
    )
    causes: tuple[CauseWire, ...] = Field(
        default=(),
        exclude_if=absent,
        description="Of each literal among them, why it does not hold.",
    )
    time: str | None = Field(
        default=None,
        exclude_if=absent,
        description="In a temporal plan: when they had to hold, as a decimal or a fraction.",
    )
    phase: str | None = Field(
        default=None,
        exclude_if=absent,
        description="Of a durative action: which of its parts, `start`, `over all` or `end`.",
    )


class UndefinedValueWire(StepFlawWire):
    """The step's effect needs the value of a function that has none."""

    type: Literal["undefined_value"] = "undefined_value"
    term: str


class DivisionByZeroWire(StepFlawWire):
    """The step's effect divides by zero."""

    type: Literal["division_by_zero"] = "division_by_zero"
    term: str = Field(description="The expression, as PDDL.")


class ConflictingEffectsWire(StepFlawWire):
    """Effects of the step give one number two values."""

    type: Literal["conflicting_effects"] = "conflicting_effects"
    term: str = Field(description="The number, as PDDL.")


class WrongDurationWire(StepFlawWire):
    """The step takes another time than its action may, or the plan gives none."""

    type: Literal["wrong_duration"] = "wrong_duration"
    found: str | None = Field(description="The duration in the plan; null where none is given.")
    expected: tuple[ComparisonWire, ...] = Field(description="The bounds that are not kept.")


class WrongTimeWire(StepFlawWire):
    """The step stands at no time at which it can be executed."""

    type: Literal["wrong_time"] = "wrong_time"
    reason: str


class InterferenceWire(StepFlawWire):
    """Two steps at one instant touch the same fact or number."""

    type: Literal["interference"] = "interference"
    other_number: int = Field(description="The other step, counted from 1.")
    other: Text = Field(description="That step, as in a plan file.")
    term: str = Field(description="The fact or number, as PDDL.")
    time: str = Field(description="The instant, as a decimal or a fraction.")


class UnsatisfiedGoalWire(Wire):
    """Every step was executed, and the goal does not hold at the end."""

    type: Literal["unsatisfied_goal"] = "unsatisfied_goal"
    unmet: tuple[str, ...] = Field(description="The parts of the goal that do not hold, as PDDL.")
    comparisons: tuple[ComparisonWire, ...] = Field(
        default=(),
        exclude_if=absent,
        description="Those among them that compare numbers, with the values found.",
    )
    causes: tuple[CauseWire, ...] = Field(
        default=(),
        exclude_if=absent,
        description="Of each literal among them, why it does not hold.",
    )


class ViolatedConstraintWire(Wire):
    """Every step was executed, and the states passed through break a constraint."""

    type: Literal["violated_constraint"] = "violated_constraint"
    constraint: str = Field(description="The constraint, as PDDL.")
    step_number: int = Field(
        description="The step behind which it was clear, counted from 1; 0 for the initial "
        "state, one more than there are steps for the end of the plan."
    )
    time: str | None = Field(
        default=None, exclude_if=absent, description="In a temporal plan: when that was."
    )


FlawWire = Annotated[
    UnknownActionWire
    | UnknownObjectWire
    | WrongArgumentsWire
    | WrongTypeWire
    | UnsatisfiedPreconditionWire
    | UndefinedValueWire
    | DivisionByZeroWire
    | ConflictingEffectsWire
    | WrongDurationWire
    | WrongTimeWire
    | InterferenceWire
    | UnsatisfiedGoalWire
    | ViolatedConstraintWire,
    Field(discriminator="type"),
]


def flaw_wire(flaw: Flaw) -> FlawWire:
    """Write a flaw down, its step counted from 1."""
    match flaw:
        case UnsatisfiedGoal():
            return UnsatisfiedGoalWire(
                unmet=written(flaw.unmet),
                comparisons=_comparisons(flaw.unmet),
                causes=_causes(flaw.causes),
            )
        case ViolatedConstraint():
            return ViolatedConstraintWire(
                constraint=flaw.constraint, step_number=flaw.index + 1, time=_written(flaw.time)
            )
        case _:
            return _step_flaw_wire(flaw, number=flaw.index + 1, step=str(flaw.step))


def written(conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    """Write conditions as PDDL."""
    return tuple(str(condition) for condition in conditions)


def _step_flaw_wire(flaw: StepFlaw, *, number: int, step: str) -> FlawWire:
    wire: FlawWire
    match flaw:
        case UnknownAction(known=known):
            wire = UnknownActionWire(step_number=number, step=step, known=known)
        case UnknownObject(name=name):
            wire = UnknownObjectWire(step_number=number, step=step, name=name)
        case WrongArguments(expected=expected):
            wire = WrongArgumentsWire(step_number=number, step=step, expected=expected)
        case WrongType():
            wire = WrongTypeWire(
                step_number=number,
                step=step,
                name=flaw.name,
                parameter=flaw.parameter,
                expected=flaw.expected,
                found=flaw.found,
            )
        case UnsatisfiedPrecondition():
            wire = UnsatisfiedPreconditionWire(
                step_number=number,
                step=step,
                unmet=written(flaw.unmet),
                comparisons=_comparisons(flaw.unmet),
                causes=_causes(flaw.causes),
                time=_written(flaw.time),
                phase=flaw.phase,
            )
        case UndefinedValue(term=term):
            wire = UndefinedValueWire(step_number=number, step=step, term=term)
        case DivisionByZero(term=term):
            wire = DivisionByZeroWire(step_number=number, step=step, term=term)
        case ConflictingEffects(term=term):
            wire = ConflictingEffectsWire(step_number=number, step=step, term=term)
        case WrongTime(reason=reason):
            wire = WrongTimeWire(step_number=number, step=step, reason=reason)
        case _:
            wire = _timing_wire(flaw, number=number, step=step)
    return wire


def _timing_wire(flaw: WrongDuration | Interference, *, number: int, step: str) -> FlawWire:
    if isinstance(flaw, WrongDuration):
        return WrongDurationWire(
            step_number=number,
            step=step,
            found=_written(flaw.found),
            expected=_comparisons(flaw.expected),
        )
    return InterferenceWire(
        step_number=number,
        step=step,
        other_number=flaw.other + 1,
        other=str(flaw.other_step),
        term=flaw.term,
        time=str(flaw.time),
    )


def _comparisons(conditions: tuple[Condition, ...]) -> tuple[ComparisonWire, ...]:
    return tuple(
        ComparisonWire(
            comparison=condition.formula,
            left=_written(condition.left),
            right=_written(condition.right),
        )
        for condition in conditions
        if isinstance(condition, Inequality)
    )


def _causes(causes: tuple[Cause, ...]) -> tuple[CauseWire, ...]:
    return tuple(
        CauseWire(
            literal=str(cause.literal),
            undone_by=None if cause.undone_by is None else cause.undone_by + 1,
            producers=cause.producers,
        )
        for cause in causes
    )


def _written(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
