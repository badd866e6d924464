"""Events as they are stored and streamed: JSON with a `type`, read back by the same forms.

The log is text, and text proves nothing. `AttemptWire.attempt` verifies the plan again on
the way back, and outcomes do not come back at all: a session that has one is over.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from app.modulo.assurance import Assurance
from app.modulo.budget import Limit
from app.modulo.events import (
    AttemptFinished,
    AttemptStarted,
    Bounded,
    Cancelled,
    Disagreement,
    Event,
    Exhausted,
    Failed,
    Improved,
    Outcome,
    Solved,
    Unsolvable,
)
from app.modulo.quality import Bound
from app.sessions.wire_attempt import AskWire, AttemptWire, plan_wire
from app.sessions.wire_opinion import OpinionWire
from app.sessions.wire_request import SessionCreatedWire
from app.sessions.wire_step import StepWire, Text, Wire, number
from planners.verdict import Valid


class DeliveredWire(Wire):
    """A worker took the session up, for the first time or after another was lost."""

    type: Literal["delivered"] = "delivered"


class ReleasedWire(Wire):
    """A worker that shuts down gave the session back; it goes on later."""

    type: Literal["released"] = "released"


class AttemptStartedWire(Wire):
    """A proposal was asked for."""

    type: Literal["attempt_started"] = "attempt_started"
    number: int
    round: int
    ask: AskWire


class AttemptFinishedWire(Wire):
    """An attempt is done."""

    type: Literal["attempt_finished"] = "attempt_finished"
    attempt: AttemptWire


class DisagreementWire(Wire):
    """An independent validator does not share the verdict; the attempt is not accepted."""

    type: Literal["disagreement"] = "disagreement"
    attempt: int = Field(description="Number of the attempt.")
    verdict: Literal["valid", "invalid"] = Field(description="What Modulo's verifier finds.")
    opinions: tuple[OpinionWire, ...] = Field(description="What the others make of it.")


class ImprovedWire(Wire):
    """A plan was accepted that is better than all before it; the session goes on."""

    type: Literal["improved"] = "improved"
    attempt: int = Field(description="Number of the attempt that found it.")
    cost: int | float | None = None


class BoundWire(Wire):
    """What every plan costs at least."""

    cost: int | float = Field(description="In units of the task's metric; without one, steps.")
    engine: str = Field(description="The planner that has proven it, and its version.")

    @classmethod
    def of(cls, bound: Bound) -> "BoundWire":
        """Write a bound."""
        return cls(cost=number(bound.cost), engine=bound.engine)


class BoundedWire(Wire):
    """An optimal planner has told what every plan costs at least."""

    type: Literal["bounded"] = "bounded"
    bound: BoundWire


class SolvedWire(Wire):
    """A plan was accepted: it was executed, and it reaches the goal."""

    type: Literal["solved"] = "solved"
    plan: tuple[StepWire, ...]
    cost: int | float | None = None
    attempt: int = Field(description="Number of the attempt that found it.")
    proposer: str
    engine: str | None = Field(
        default=None, description="The sound planner that made it; none where a model did."
    )
    bound: BoundWire | None = Field(
        default=None, description="What every plan costs at least, where that is proven."
    )
    assurance: Assurance = Field(
        default=Assurance.SINGLE,
        description="`double` where an independent validator finds the plan valid, too.",
    )
    opinions: tuple[OpinionWire, ...] = Field(
        default=(), description="What independent validators say, where they were asked."
    )


class ExhaustedWire(Wire):
    """A limit was reached first."""

    type: Literal["exhausted"] = "exhausted"
    limit: Limit
    best: int | None = Field(
        default=None, description="Number of the attempt that came nearest; null without a plan."
    )


class UnsolvableWire(Wire):
    """A sound planner has proven that there is no plan."""

    type: Literal["unsolvable"] = "unsolvable"
    engine: str = Field(description="The planner and its version.")


class CancelledWire(Wire):
    """The user ended the session."""

    type: Literal["cancelled"] = "cancelled"


class FailedWire(Wire):
    """The session could not go on."""

    type: Literal["failed"] = "failed"
    reason: Text


OutcomeWire: TypeAlias = SolvedWire | ExhaustedWire | UnsolvableWire | CancelledWire | FailedWire
StoredEvent: TypeAlias = Annotated[
    SessionCreatedWire
    | DeliveredWire
    | ReleasedWire
    | AttemptStartedWire
    | AttemptFinishedWire
    | DisagreementWire
    | ImprovedWire
    | BoundedWire
    | OutcomeWire,
    Field(discriminator="type"),
]

_EVENTS: TypeAdapter[StoredEvent] = TypeAdapter(StoredEvent)


def written(event: StoredEvent) -> str:
    """Write an event as one line of JSON.

    ASCII only: some readers of event streams take U+2028 and its like for line breaks.
    """
    return event.model_dump_json(ensure_ascii=True, exclude_none=True)


def read(line: str) -> StoredEvent:
    """Read an event as `written` wrote it.

    Raises:
        ValueError: it is none.
    """
    try:
        return _EVENTS.validate_json(line)
    except ValidationError as problem:
        fault = problem.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from problem


def wired(event: Event) -> StoredEvent:
    """Write down what the loop tells."""
    match event:
        case AttemptStarted():
            ask = AskWire.of(event.ask)
            return AttemptStartedWire(number=event.number, round=event.round, ask=ask)
        case AttemptFinished():
            return AttemptFinishedWire(attempt=AttemptWire.of(event.attempt))
        case Disagreement(attempt=attempt):
            return DisagreementWire(
                attempt=attempt.number,
                verdict="valid" if isinstance(attempt.verdict, Valid) else "invalid",
                opinions=tuple(OpinionWire.of(opinion) for opinion in attempt.opinions),
            )
        case Improved(attempt=attempt, proof=proof):
            return ImprovedWire(attempt=attempt, cost=_cost(proof))
        case Bounded(bound=bound):
            return BoundedWire(bound=BoundWire.of(bound))
        case _:
            return outcome_wire(event)


def _cost(proof: Valid) -> int | float | None:
    return None if proof.cost is None else number(proof.cost)


def outcome_wire(outcome: Outcome) -> OutcomeWire:
    """Write an outcome down."""
    match outcome:
        case Solved():
            return SolvedWire(
                plan=plan_wire(outcome.plan),
                cost=_cost(outcome.proof),
                attempt=outcome.attempt,
                proposer=outcome.proposer,
                engine=outcome.engine,
                bound=None if outcome.bound is None else BoundWire.of(outcome.bound),
                assurance=outcome.assurance,
                opinions=tuple(OpinionWire.of(opinion) for opinion in outcome.opinions),
            )
        case Exhausted():
            best = None if outcome.best is None else outcome.best.number
            return ExhaustedWire(limit=outcome.limit, best=best)
        case Unsolvable():
            return UnsolvableWire(engine=outcome.engine)
        case Cancelled():
            return CancelledWire()
        case Failed():
            return FailedWire(reason=outcome.reason)
