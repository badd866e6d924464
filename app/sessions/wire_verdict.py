"""Verdicts on the wire: to be read by people and programs, never trusted back.

Verdicts go out only. Whoever reads a log has its plans verified again, so text cannot
make a `Valid`. Steps count from 1 here, as people count: `step_number`.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.sessions.wire_flaw import FlawWire, flaw_wire, written
from app.sessions.wire_step import Wire, absent, number
from planners.verdict import Invalid, Valid, Verdict


class ValidWire(Wire):
    """The plan was executed and reaches the goal."""

    type: Literal["valid"] = "valid"
    cost: int | float | None = Field(
        default=None,
        description="Value of the task's metric; without one, the number of steps. Null where "
        "the metric has no value.",
    )
    steps: int = Field(description="How many steps were executed.")
    makespan: str | None = Field(
        default=None,
        exclude_if=absent,
        description="Of a temporal plan: when its last step ends, as a decimal or a fraction.",
    )
    violated: dict[str, int] = Field(
        default_factory=dict,
        exclude_if=absent,
        description="Preferences that are violated, by name, with how often.",
    )
    tolerance: str | None = Field(
        default=None,
        exclude_if=absent,
        description="Of a temporal plan: by how much instants have to differ to be two.",
    )


class InvalidWire(Wire):
    """The plan does not solve the task."""

    type: Literal["invalid"] = "invalid"
    flaw: FlawWire = Field(description="The first thing wrong.")
    also: tuple[FlawWire, ...] = Field(default=(), description="What else was found.")
    executed: int = Field(description="How many steps could be executed.")
    state: tuple[str, ...] = Field(description="The atoms that hold there, as PDDL.")
    values: dict[str, str] = Field(
        default_factory=dict,
        exclude_if=absent,
        description="The numbers that steps change, as they are there: decimals or fractions.",
    )
    open_goals: tuple[str, ...] = Field(
        description="The parts of the goal that do not hold there, as PDDL."
    )


VerdictWire = Annotated[ValidWire | InvalidWire, Field(discriminator="type")]


def verdict_wire(verdict: Verdict) -> ValidWire | InvalidWire:
    """Write a verdict down."""
    if isinstance(verdict, Valid):
        return ValidWire(
            cost=None if verdict.cost is None else number(verdict.cost),
            steps=verdict.steps,
            makespan=None if verdict.makespan is None else str(verdict.makespan),
            violated=dict(verdict.violated),
            tolerance=None if verdict.tolerance is None else str(verdict.tolerance),
        )
    return invalid_wire(verdict)


def invalid_wire(verdict: Invalid) -> InvalidWire:
    """Write down what is wrong with a plan."""
    return InvalidWire(
        flaw=flaw_wire(verdict.flaw),
        also=tuple(flaw_wire(flaw) for flaw in verdict.also),
        executed=verdict.executed,
        state=tuple(str(atom) for atom in verdict.state),
        values={term: str(value) for term, value in verdict.values},
        open_goals=written(verdict.open_goals),
    )
