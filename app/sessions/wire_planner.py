"""What planners answered, on the wire: `modulo plan`, `modulo repair` and `/v1/repairs`."""

from pydantic import Field

from app.proposers.judged import Found, Judged, Repaired
from app.sessions.wire_step import Text, Wire
from app.sessions.wire_verdict import ValidWire, VerdictWire, verdict_wire
from planners.engines.engine import PlanFound
from planners.repair.ways import Way


class PlannedWire(Wire):
    """What came of asking planners. There is a plan only where it was proven."""

    outcome: Found = Field(
        description="`solved`: the plan was executed and reaches the goal. `unsolvable`: the "
        "engine has proven that there is none. `gave_up`, `out_of_time`, `out_of_memory`: none "
        "was found, there may be one. `refused`: no engine here can do this. `broken`: the "
        "engine crashed, or its plan does not solve the task.",
    )
    reason: Text | None = Field(description="Why there is no plan; null where there is one.")
    plan: str | None = Field(description="The plan, as a plan file, or null.")
    verdict: ValidWire | None = Field(description="What the verifier found of it.")
    optimal: bool = Field(description="The engine says that no plan is cheaper.")
    engine: str | None = Field(description="Who answered; null where no engine was asked.")
    version: str | None = Field(description="Its version.")
    seconds: float = Field(description="Wall-clock time of the engine.")
    steps: int | None = Field(
        description="Search steps as the engine counts them, or null where it tells none."
    )
    notes: tuple[Text, ...] = Field(description="What was done otherwise than asked, and why.")


class RepairedWire(PlannedWire):
    """What came of repairing a plan."""

    way: Way = Field(description="How it was asked for.")
    distance: int | None = Field(
        description="Steps inserted and deleted between the given plan and the new one. Null "
        "unless there are both, and where one is too long to be compared."
    )
    kept: float | None = Field(
        description="Share of the given steps that stand in the new plan, from 0 to 1. Null "
        "unless there are both."
    )
    given: VerdictWire | None = Field(
        description="What the verifier found of the given plan. Null where none was given, or "
        "where judging it took more than is allowed.",
    )


def planned_wire(judged: Judged) -> PlannedWire:
    """Write down what planners answered."""
    report = judged.report
    solved = judged.proof is not None
    return PlannedWire(
        outcome=judged.found,
        reason=judged.reason or None,
        plan=None if judged.plan is None else str(judged.plan),
        verdict=None if judged.proof is None else ValidWire(**dict(verdict_wire(judged.proof))),
        optimal=solved and isinstance(report.result, PlanFound) and report.result.optimal,
        engine=report.engine or None,
        version=report.version or None,
        seconds=round(report.seconds, 6),
        steps=report.steps,
        notes=report.notes,
    )


def repaired_wire(repaired: Repaired) -> RepairedWire:
    """Write down what came of repairing a plan."""
    return RepairedWire(
        **dict(planned_wire(repaired.judged)),
        way=repaired.way,
        distance=repaired.distance,
        kept=None if repaired.kept is None else float(repaired.kept),
        given=None if repaired.given is None else verdict_wire(repaired.given),
    )
