"""What became of an attempt, in a word that metrics, traces and lines of the log share."""

from app.sessions.wire_attempt import AttemptWire
from app.sessions.wire_verdict import ValidWire


def result_of(attempt: AttemptWire) -> str:
    """Say what became of an attempt: `valid`, `flawed` or `no_plan`."""
    if attempt.verdict is None:
        return "no_plan"
    return "valid" if isinstance(attempt.verdict, ValidWire) else "flawed"
