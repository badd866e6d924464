"""Plans made wrong in known ways, for tasks that no recorded plans are there for."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random

from planners.plan import Plan, Step

MOST_DRAWS = 100


class Corruption(StrEnum):
    """What is done to a plan."""

    REMOVED = "removed"
    SWAPPED = "swapped"
    REPLACED = "replaced"
    TRUNCATED = "truncated"


def corrupted(
    plan: Plan,
    corruption: Corruption,
    *,
    share: float,
    steps: Sequence[Step],
    random: Random,
    is_flawed: Callable[[Plan], bool],
) -> Plan | None:
    """Make a plan wrong.

    Args:
        plan: One that solves its task, of at least two steps.
        corruption: Steps drawn are removed, or change places with each other, or give way
            to others; or the end of the plan is cut off.
        share: How many of the steps it concerns, of all; above 0 and below 1.
        steps: What steps may be replaced by.
        random: Source of randomness; same seed, same plan.
        is_flawed: Says whether a plan does not solve the task.

    Returns:
        A flawed plan, or None if none came of many draws.
    """
    for _ in range(MOST_DRAWS):
        made = Plan(steps=_drawn(plan.steps, corruption, share, steps, random))
        if is_flawed(made):
            return made
    return None


def _drawn(
    written: tuple[Step, ...],
    corruption: Corruption,
    share: float,
    steps: Sequence[Step],
    random: Random,
) -> tuple[Step, ...]:
    count = max(1, round(share * len(written)))
    made = list(written)
    match corruption:
        case Corruption.TRUNCATED:
            return written[: len(written) - count]
        case Corruption.REMOVED:
            for place in sorted(random.sample(range(len(made)), count), reverse=True):
                del made[place]
        case Corruption.REPLACED:
            for place in random.sample(range(len(made)), count):
                made[place] = random.choice(steps)
        case Corruption.SWAPPED:
            places = random.sample(range(len(made)), max(2, count - count % 2))
            for left, right in zip(places[::2], places[1::2], strict=True):
                made[left], made[right] = made[right], made[left]
    return tuple(made)
