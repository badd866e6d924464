"""Budgets, what is spent of them, and which limit is reached: folds over the trace."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from app.modulo.attempt import Attempt, Trace


class Limit(StrEnum):
    """What ended a session that did not solve its task."""

    ATTEMPTS = "attempts"
    TOKENS = "tokens"
    SECONDS = "seconds"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one session; None is no limit.

    Attributes:
        attempts: Proposals, at least 1.
        tokens: Prompt and completion tokens of proposals and critics together.
        seconds: Wall-clock time.
    """

    attempts: int = 16
    tokens: int | None = None
    seconds: float | None = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a trace has cost. Same units as `Budget`."""

    attempts: int = 0
    tokens: int = 0
    seconds: float = 0.0


def spent(trace: Trace) -> Spent:
    """Add a trace up. Attempts of one round ran side by side: the longest counts."""

    def round_of(attempt: Attempt) -> int:
        return attempt.round

    rounds = groupby(sorted(trace, key=round_of), key=round_of)
    return Spent(
        attempts=len(trace),
        tokens=sum(attempt.tokens.total for attempt in trace),
        seconds=sum(max(attempt.seconds for attempt in made) for _, made in rounds),
    )


def further(so_far: Spent, trace: Trace, *, seconds: float) -> Spent:
    """Go on adding a trace up: what `spent` gives, without going through all of it again.

    Args:
        so_far: What the attempts at the beginning of the trace have cost.
        trace: The whole trace; it grows at its end.
        seconds: What the clock says; it runs between attempts, too.
    """
    more = trace[so_far.attempts :]
    return Spent(
        attempts=len(trace),
        tokens=so_far.tokens + sum(attempt.tokens.total for attempt in more),
        seconds=seconds,
    )


def reached(budget: Budget, so_far: Spent) -> Limit | None:
    """Name the first limit that is reached, or None while there is some of each left."""
    if so_far.attempts >= budget.attempts:
        return Limit.ATTEMPTS
    if budget.tokens is not None and so_far.tokens >= budget.tokens:
        return Limit.TOKENS
    if budget.seconds is not None and so_far.seconds >= budget.seconds:
        return Limit.SECONDS
    return None


def left(budget: Budget, so_far: Spent) -> Budget:
    """Subtract what is spent; nothing goes below zero."""
    return Budget(
        attempts=max(0, budget.attempts - so_far.attempts),
        tokens=None if budget.tokens is None else max(0, budget.tokens - so_far.tokens),
        seconds=None if budget.seconds is None else max(0.0, budget.seconds - so_far.seconds),
    )
