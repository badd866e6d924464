"""How far a plan is from the one that it was made of. Time stamps and durations do not count."""

from collections import Counter
from fractions import Fraction

from planners.errors import BoundReached
from planners.plan import Plan

# Two plans of that many steps, no two of them alike, take some 50 MB while they are compared.
MOST_STEPS = 20_000


def distance(plan: Plan, start: Plan) -> int:
    """Count the steps to be inserted into and deleted from one plan to get the other.

    A step that stands elsewhere counts twice: it is deleted and inserted.

    Raises:
        BoundReached: if a plan has more than `MOST_STEPS`.

    Source:
        Hyyrö 2004, Bit-parallel LCS-length computation revisited.
    """
    if max(len(plan.steps), len(start.steps)) > MOST_STEPS:
        raise BoundReached("steps in plans that are compared", MOST_STEPS)
    places: dict[tuple[str, ...], int] = {}
    for at, step in enumerate(_steps(start)):
        places[step] = places.get(step, 0) | 1 << at
    length = len(start.steps)
    every = (1 << length) - 1
    # A bit is 0 where one step more is common to both, up to there.
    row = every
    for step in _steps(plan):
        matched = row & places.get(step, 0)
        row = (row + matched | row - matched) & every
    common = length - row.bit_count()
    return length + len(plan.steps) - 2 * common


def kept(plan: Plan, start: Plan) -> Fraction:
    """Give the share of a plan's steps that are still in the other one, wherever they stand.

    A step that occurs several times is kept as often as it still occurs.

    Returns:
        From 0 to 1; 1 where there was no step to keep.
    """
    if not start.steps:
        return Fraction(1)
    common = Counter(_steps(plan)) & Counter(_steps(start))
    return Fraction(common.total(), len(start.steps))


def _steps(plan: Plan) -> list[tuple[str, ...]]:
    return [(step.action, *step.arguments) for step in plan.steps]
