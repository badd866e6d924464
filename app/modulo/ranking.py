"""Which attempts came near, and which are worth going on from: functions of the trace."""

from app.modulo.attempt import Attempt, Trace
from planners.verdict import Invalid, Valid


def nearness(attempt: Attempt) -> tuple[int, int, int]:
    """Order attempts: greater is nearer to a solution.

    First whether there is a plan and whether it is valid, then how few goals are open
    where it stopped, then how many steps could be executed. Unitless.
    """
    match attempt.verdict:
        case None:
            return (0, 0, 0)
        case Valid(steps=steps):
            return (2, 0, steps)
        case Invalid(open_goals=open_goals, executed=executed):
            return (1, -len(open_goals), executed)


def best(trace: Trace) -> Attempt | None:
    """Give the nearest attempt that has a plan, the earliest among equals, or None."""
    with_plan = [attempt for attempt in trace if attempt.plan is not None]
    if not with_plan:
        return None
    return max(with_plan, key=lambda attempt: (nearness(attempt), -attempt.number))


def repeats(trace: Trace, attempt: Attempt) -> bool:
    """Say whether an attempt's plan was already found wrong under a smaller number."""
    return attempt.plan is not None and any(
        earlier.number < attempt.number and earlier.plan == attempt.plan for earlier in trace
    )


def is_worth_repairing(trace: Trace, attempt: Attempt) -> bool:
    """Say whether to go on from an attempt: it has a plan, and a new one.

    Source:
        In recorded loops 14 to 18 % of replies repeat a rejected plan, and going on from
        a reply without a plan brings more of the same; a fresh start does better.
    """
    return attempt.plan is not None and not repeats(trace, attempt)
