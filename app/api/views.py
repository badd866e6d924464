"""Sessions and findings as they go out: views of logs and verdicts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.modulo.budget import spent
from app.prompts.flaws import flaw_in_words
from app.prompts.lexicon import PddlSpeech
from app.proposers.judged import Repaired
from app.sessions.batches import Batch
from app.sessions.history import Told
from app.sessions.status import Status
from app.sessions.store import Head
from app.sessions.wire import OutcomeWire, SolvedWire
from app.sessions.wire_attempt import AttemptWire, plan_of
from app.sessions.wire_planner import RepairedWire, repaired_wire
from app.sessions.wire_request import BudgetWire
from app.sessions.wire_verdict import InvalidWire, ValidWire, invalid_wire, verdict_wire
from planners.errors import BoundReached, PlanSyntaxError, WorkerLost
from planners.verdict import Invalid, Verdict

OUT = ConfigDict(extra="forbid", frozen=True)


class Started(BaseModel):
    """A session that has not ended yet: look again at its `Location`."""

    model_config = OUT

    id: str
    status: Status


class SpentOut(BaseModel):
    """What a session has cost so far."""

    model_config = OUT

    attempts: int = Field(description="Finished attempts.")
    tokens: int = Field(description="Prompt and completion tokens of proposals and critics.")
    seconds: float = Field(description="Wall-clock time of its rounds.")


class SessionOut(BaseModel):
    """A session as its log tells it."""

    model_config = OUT

    id: str
    status: Status
    created_at: datetime
    updated_at: datetime
    last_event: int = Field(description="Number of the last event in its log.")
    batch: str | None = Field(description="Id of the batch that it belongs to, or null.")
    label: str | None = Field(description="Your name for it in the batch, or null.")
    budget: BudgetWire
    spent: SpentOut
    plan: str | None = Field(description="The plan that was found, as a plan file, or null.")
    outcome: Annotated[OutcomeWire, Field(discriminator="type")] | None = Field(
        description="How it ended; null while it goes on."
    )
    best: AttemptWire | None = Field(
        description="Of an exhausted session: the attempt that came nearest."
    )
    last: AttemptWire | None = Field(description="The attempt that finished last.")


class HeadOut(BaseModel):
    """Where a session stands."""

    model_config = OUT

    id: str
    status: Status
    created_at: datetime
    updated_at: datetime
    last_event: int
    batch: str | None
    label: str | None


class PageOut(BaseModel):
    """Some sessions, newest first."""

    model_config = OUT

    sessions: tuple[HeadOut, ...]
    next: str | None = Field(description="Give it as `after` for more; null on the last page.")


class BatchHeadOut(BaseModel):
    """Sessions that were asked for together."""

    model_config = OUT

    id: str
    total: int = Field(description="How many sessions were asked for.")
    created_at: datetime


class BatchOut(BatchHeadOut):
    """Where a batch stands."""

    counts: dict[Status, int] = Field(description="Its sessions by status.")
    missing: int = Field(
        description="Sessions that are not there: erased, forgotten after a while, or never "
        "made, where the service was lost before it had answered."
    )
    done: bool = Field(description="None of its sessions goes on.")


class BatchPageOut(BaseModel):
    """Some batches, newest first."""

    model_config = OUT

    batches: tuple[BatchHeadOut, ...]
    next: str | None = Field(description="Give it as `after` for more; null on the last page.")


class ResultOut(BaseModel):
    """What came of one session of a batch so far: one line of its results."""

    model_config = OUT

    number: int = Field(description="Its place in the batch, counted from 1.")
    id: str
    session: SessionOut | None = Field(description="Null where it is missing.")


class ValidOut(ValidWire):
    """The plan was executed and reaches the goal."""


class InvalidOut(InvalidWire):
    """The plan does not solve the task."""

    words: str = Field(description="The first flaw in a sentence.")


class UnreadableOut(BaseModel):
    """The text is no plan in the IPC format. Nothing of it was executed."""

    model_config = OUT

    type: Literal["unreadable"] = "unreadable"
    line: int = Field(description="Line of the plan text, counted from 1.")
    found: str = Field(description="That line.")
    words: str


class UnjudgedOut(BaseModel):
    """Judging the plan would take more than is allowed: neither valid nor invalid."""

    model_config = OUT

    type: Literal["unjudged"] = "unjudged"
    words: str


JudgedOut = Annotated[
    ValidOut | InvalidOut | UnreadableOut | UnjudgedOut, Field(discriminator="type")
]


class ValidationOut(BaseModel):
    """What was found of each plan, in the order of the request."""

    model_config = OUT

    results: tuple[JudgedOut, ...]


class OfferOut(BaseModel):
    """One part on offer."""

    model_config = OUT

    name: str
    summary: str


class EngineOut(OfferOut):
    """A sound planner, installed here or not."""

    version: str | None = Field(description="The version installed here; null where none is.")
    licence: str
    source: str = Field(description="How to get it.")
    purposes: tuple[str, ...] = Field(description="What it can be asked for.")
    features: tuple[str, ...] = Field(description="What a task may use beyond STRIPS.")


class RepairOut(RepairedWire):
    """What came of repairing a plan."""

    given: ValidOut | InvalidOut | None = Field(
        description="What the verifier found of the given plan. Null where none was given, or "
        "where judging it took more than is allowed.",
    )


class HealthOut(BaseModel):
    """The process answers."""

    model_config = OUT

    status: Literal["alive", "ready"]


def session_out(session_id: str, told: Told) -> SessionOut:
    """Make the view of a session."""
    outcome = told.outcome
    best = getattr(outcome, "best", None)
    cost = spent(tuple(made.unjudged() for made in told.attempts))
    return SessionOut(
        id=session_id,
        status=told.status,
        created_at=told.created_at,
        updated_at=told.updated_at,
        last_event=told.sequence,
        batch=told.created.origin.batch,
        label=told.created.origin.label,
        budget=told.created.budget,
        spent=SpentOut(attempts=cost.attempts, tokens=cost.tokens, seconds=cost.seconds),
        plan=str(plan_of(outcome.plan)) if isinstance(outcome, SolvedWire) else None,
        outcome=outcome,
        best=next((made for made in told.attempts if made.number == best), None),
        last=told.attempts[-1] if told.attempts else None,
    )


def head_out(head: Head) -> HeadOut:
    """Make the view of where a session stands."""
    return HeadOut(
        id=head.session_id,
        status=head.status,
        created_at=head.created_at,
        updated_at=head.updated_at,
        last_event=head.sequence,
        batch=head.origin.batch,
        label=head.origin.label,
    )


def batch_head_out(batch: Batch) -> BatchHeadOut:
    """Make the view of a batch in a list."""
    return BatchHeadOut(id=batch.batch_id, total=batch.total, created_at=batch.created_at)


def batch_out(batch: Batch, counts: Mapping[Status, int]) -> BatchOut:
    """Make the view of a batch; `counts` are those of its sessions."""
    return BatchOut(
        id=batch.batch_id,
        total=batch.total,
        created_at=batch.created_at,
        counts={status: counts.get(status, 0) for status in Status},
        missing=max(0, batch.total - sum(counts.values())),
        done=not any(number for status, number in counts.items() if not status.ended),
    )


def repair_out(repaired: Repaired) -> RepairOut:
    """Make the view of a repair."""
    fields = dict(repaired_wire(repaired))
    given = None if repaired.given is None else judged_out(repaired.given)
    return RepairOut(**{**fields, "given": given})


def judged_out(found: Verdict | PlanSyntaxError | BoundReached | WorkerLost) -> JudgedOut:
    """Make the view of what was found of a plan."""
    match found:
        case Invalid():
            fields = dict(invalid_wire(found))
            return InvalidOut(**fields, words=flaw_in_words(found.flaw, PddlSpeech()))
        case PlanSyntaxError():
            return UnreadableOut(line=found.line, found=found.found[:200], words=str(found)[:300])
        case BoundReached() | WorkerLost():
            return UnjudgedOut(words=str(found))
        case _:
            return ValidOut(**dict(verdict_wire(found)))
