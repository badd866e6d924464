"""Time stamps of steps: they sort the plan, and one that two steps share is told."""

from itertools import pairwise

from app.modulo.attempt import Unread
from app.reading.blocks import quote
from planners.plan import Step


def in_time_order(steps: list[Step], text: str) -> tuple[tuple[Step, ...], tuple[Unread, ...]]:
    """Sort steps that all carry a stamp.

    Two actions at one stamp are parallel. They are read here in the order written, as a
    sequential plan needs an order; that this was a choice is noted.

    Args:
        steps: As written.
        text: Where they stand, to find the line that is noted.

    Returns:
        The steps, and a note on the first stamp that two steps share, if any.
    """
    starts = [step.start for step in steps if step.start is not None]
    if len(starts) < len(steps):
        return tuple(steps), ()
    ordered = sorted(steps, key=lambda step: step.start or 0)
    parallel = [(before, step) for before, step in pairwise(ordered) if before.start == step.start]
    if not parallel:
        return tuple(ordered), ()
    before, step = parallel[0]
    note = Unread(
        line=_line_of(step, text),
        text=quote(str(step)),
        reason=f"it has the time stamp of {quote(str(before))}, which makes the two parallel; they "
        f"were read one after the other, as written (stamps shared so: {len(parallel)})",
    )
    return tuple(ordered), (note,)


def _line_of(step: Step, text: str) -> int:
    place = text.lower().find(str(step))
    return 1 if place < 0 else text.count("\n", 0, place) + 1
