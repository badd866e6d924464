"""What a log tells: the request, the finished attempts, the outcome. Folds, nothing kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.modulo.attempt import Trace
from app.modulo.proposer import Verifier
from app.sessions.errors import BrokenLog
from app.sessions.request import PlanRequest
from app.sessions.status import Status, status_of
from app.sessions.store import Entry
from app.sessions.wire import (
    AttemptFinishedWire,
    CancelledWire,
    DeliveredWire,
    ExhaustedWire,
    FailedWire,
    OutcomeWire,
    ReleasedWire,
    SolvedWire,
    UnsolvableWire,
)
from app.sessions.wire_attempt import AttemptWire
from app.sessions.wire_request import SessionCreatedWire
from planners.errors import PlanningError


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A session as its log tells it; every word of it is text, nothing is proven.

    Attributes:
        status: Where it stands.
        sequence: That of the last event.
        created: The request as accepted.
        attempts: The finished ones, in the order in which they finished.
        outcome: How it ended, or None.
        lost: Deliveries since the last progress that were neither finished nor released.
        created_at: When the first event was written, in UTC.
        updated_at: When the last event was written, in UTC.
    """

    status: Status
    sequence: int
    created: SessionCreatedWire
    attempts: tuple[AttemptWire, ...]
    outcome: OutcomeWire | None
    lost: int
    created_at: datetime
    updated_at: datetime


def tell(session_id: str, entries: Sequence[Entry]) -> Told:
    """Fold a whole log.

    Raises:
        BrokenLog: it does not begin with the request.
    """
    if not entries or not isinstance(entries[0].event, SessionCreatedWire):
        raise BrokenLog(session_id, "it does not begin with the request")
    attempts: list[AttemptWire] = []
    outcome: OutcomeWire | None = None
    lost = 0
    for entry in entries:
        match entry.event:
            case AttemptFinishedWire(attempt=attempt):
                attempts.append(attempt)
                lost = 0
            case DeliveredWire():
                lost += 1
            case ReleasedWire():
                lost = 0
            case SolvedWire() | ExhaustedWire() | UnsolvableWire() | CancelledWire() | FailedWire():
                outcome = entry.event
    return Told(
        status=status_of(entry.event.type for entry in entries),
        sequence=entries[-1].sequence,
        created=entries[0].event,
        attempts=tuple(attempts),
        outcome=outcome,
        lost=lost,
        created_at=entries[0].recorded_at,
        updated_at=entries[-1].recorded_at,
    )


async def rebuild(session_id: str, told: Told, verifier: Verifier) -> tuple[PlanRequest, Trace]:
    """Make the request and the trace of a log anew, to go on with the session.

    Plans are verified again: the log's own verdicts are not looked at.

    Raises:
        BrokenLog: the log holds values that make no request or no attempt.
    """
    try:
        request = told.created.request()
        trace = tuple([await made.attempt(request.task, verifier) for made in told.attempts])
    except (ValueError, PlanningError) as problem:
        raise BrokenLog(session_id, str(problem)) from problem
    return request, trace
