"""What is wrong with the times of a step, in words."""

from fractions import Fraction

from app.prompts.numbers import number
from app.prompts.quoting import clipped, listed
from planners.verdict import Interference, WrongDuration

_MOST_BOUNDS = 20


def instant(time: Fraction | None) -> str:
    """Say an instant, with a space before it; nothing where there is none."""
    return "" if time is None else f" at time {number(time)}"


def duration_fault(flaw: WrongDuration) -> str:
    """Say what is wrong with a duration; the sentence goes on behind the step's name."""
    bounds = listed([clipped(bound.formula) for bound in flaw.expected], _MOST_BOUNDS)
    if flaw.found is None:
        asked = f" What it must meet: {bounds}." if bounds else ""
        return f"gives no duration in brackets, such as [5].{asked}"
    if not bounds:
        return f"takes no time, and is given the duration {number(flaw.found)}."
    return f"is given the duration {number(flaw.found)}, which does not meet: {bounds}."


def interference_fault(flaw: Interference) -> str:
    """Say which other step this one gets in the way of."""
    return (
        f"gets in the way of step {flaw.other + 1}, {clipped(str(flaw.other_step))},"
        f"{instant(flaw.time)}: one changes {clipped(flaw.term)}, and the other needs or changes "
        "it at the same time."
    )
