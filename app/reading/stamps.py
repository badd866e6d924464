"""Time stamps of steps: they sort the plan, and those that only some steps have are told."""

from dataclasses import replace

from app.modulo.attempt import Unread
from app.reading.blocks import quote
from planners.plan import Step


def in_time_order(
    steps: list[Step], text: str, *, temporal: bool = False
) -> tuple[tuple[Step, ...], tuple[Unread, ...]]:
    """Sort steps that all carry a stamp.

    Steps of one stamp stay as written and keep it: they are parallel, and the verifier
    judges them so. Where plans have no times, whole numbers that all differ number the
    steps as much as they stamp them: they sort them, and are dropped. Stamps that only some
    of the steps have give no order; they are passed over, which is noted.

    Args:
        steps: As written.
        text: Where they stand, to find the line that is noted.
        temporal: Whether plans of the task have times.

    Returns:
        The steps, and a note on stamps that were passed over, if any.
    """
    bare = [step for step in steps if step.start is None]
    if not bare:
        ordered = sorted(steps, key=lambda step: step.start or 0)
        return (tuple(ordered) if temporal else _without_numbers(ordered)), ()
    unnumbered = _without_numbers(steps)
    if all(step.start is None for step in unnumbered):
        return unnumbered, ()
    note = Unread(
        line=_line_of(bare[0], text),
        text=quote(str(bare[0])),
        reason="it has no time stamp and other steps have one; all were read in the order "
        f"written, without stamps (steps that have none: {len(bare)} of {len(steps)})",
    )
    return tuple(replace(step, start=None) for step in steps), (note,)


def _without_numbers(steps: list[Step]) -> tuple[Step, ...]:
    """Drop stamps that may as well be numbers; leave steps with any others as they are."""
    starts = [step.start for step in steps if step.start is not None]
    numbers = len(set(starts)) == len(starts) and all(start.denominator == 1 for start in starts)
    if not numbers or any(step.duration is not None for step in steps):
        return tuple(steps)
    return tuple(replace(step, start=None) for step in steps)


def _line_of(step: Step, text: str) -> int:
    place = text.lower().find(str(step))
    return 1 if place < 0 else text.count("\n", 0, place) + 1
