"""The `Prefer` header (RFC 7240): how long a client is ready to wait for its session."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WAIT = re.compile(r'wait\s*=\s*"?(\d{1,9})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait before answering.

    Attributes:
        seconds: So long at most; 0 answers at once.
        applied: What to say of it in `Preference-Applied`, or None where nothing was asked.
    """

    seconds: float
    applied: str | None = None


def patience(headers: Iterable[str], *, otherwise: float, most: float) -> Patience:
    """Read what a client prefers. What is not understood is passed over, as the RFC asks.

    Args:
        headers: The values of all `Prefer` headers.
        otherwise: Seconds to wait where nothing is said.
        most: Seconds to wait at most.
    """
    preferences = [part.strip() for header in headers for part in header.split(",")]
    if any(part.partition(";")[0].strip().lower() == "respond-async" for part in preferences):
        return Patience(seconds=0.0, applied="respond-async")
    for part in preferences:
        if match := _WAIT.fullmatch(part.partition(";")[0].strip()):
            seconds = min(float(match[1]), most)
            return Patience(seconds=seconds, applied=f"wait={seconds:g}")
    return Patience(seconds=otherwise)
