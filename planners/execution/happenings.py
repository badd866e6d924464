"""Plans with time stamps taken apart: what happens at which instant.

A step of a durative action happens twice, at its start and at its end; any other step
once. What the task states for a time happens then, whatever the plan does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from operator import attrgetter
from typing import TypeAlias

from planners.condition import Inequality
from planners.execution.durations import Clock
from planners.pddl.model import LiftedTask
from planners.plan import Step
from planners.verdict import StepFlaw, WrongDuration, WrongTime

START, OVER_ALL, END = "start", "over all", "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that changes the state at one instant.

    Attributes:
        time: When, in the unit of the plan's time stamps.
        index: Index of the step; None for what the task states for the time.
        part: `start` or `end` of a durative action; else None.
    """

    time: Fraction
    index: int | None
    part: str | None = None


Instant: TypeAlias = tuple[Fraction, tuple[Happening, ...]]


def stand_close(steps: Sequence[Step], tolerance: Fraction) -> bool:
    """Say whether the steps of a plan are no sequence as they stand.

    Two of them may happen at once, or nearly so. Without time stamps they are a sequence.

    Args:
        steps: The steps; either all have time stamps or none has, and these never fall.
            What is else is never taken for a sequence where the first step has one.
        tolerance: As in `Clock`.
    """
    if not steps or steps[0].start is None:
        return False
    window = Clock(tolerance=tolerance).window
    return any(
        later.start is None or earlier.start is None or later.start - earlier.start <= window
        for earlier, later in pairwise(steps)
    )


def misplaced(
    task: LiftedTask,
    steps: Iterable[Step],
    tolerance: Fraction,
    bounds: Callable[[Step], tuple[Inequality, ...]],
) -> Iterator[StepFlaw]:
    """Find what keeps steps from having an instant at all.

    Args:
        task: The task; it has an action for each step.
        steps: The steps.
        tolerance: How long a step that takes no time may be said to take.
        bounds: Looks up the bounds of a durative step that has no duration.

    Yields:
        `WrongTime` for the first step without a time stamp, or each with one below 0;
        `WrongDuration` for each that is given no duration where it takes time, one below 0,
        or one where it takes none.
    """
    stamped = True
    for index, step in enumerate(steps):
        if step.start is None and stamped:
            stamped = False
            reason = "time matters in this task, and the plan gives no time stamp"
            yield WrongTime(index=index, step=step, reason=reason)
        elif step.start is not None and step.start < 0:
            yield WrongTime(index=index, step=step, reason="its time stamp is below 0")
        if not stamped:
            continue
        found = step.duration
        if step.action in task.durative_actions:
            if found is None or found < 0:
                yield WrongDuration(index=index, step=step, found=found, expected=bounds(step))
        # Without durative actions a duration says nothing, and many planners print one.
        elif task.temporal and found is not None and abs(found) > tolerance:
            yield WrongDuration(index=index, step=step, found=found, expected=())


def instants(task: LiftedTask, steps: Iterable[Step]) -> tuple[Instant, ...]:
    """List the instants at which something happens, in order of time.

    At each instant what the task states comes first, then come the steps in their order,
    each with its start before its end. All of it happens at once.

    Args:
        task: The task.
        steps: The steps; all are well placed, see `misplaced`.
    """
    found = [
        Happening(time=time, index=None) for time in sorted({each.time for each in task.timed})
    ]
    for index, step in enumerate(steps):
        assert step.start is not None
        if step.action not in task.durative_actions:
            found.append(Happening(time=step.start, index=index))
            continue
        assert step.duration is not None
        end = step.start + step.duration
        found.append(Happening(time=step.start, index=index, part=START))
        found.append(Happening(time=end, index=index, part=END))
    # Sorting keeps the order of what happens at one time.
    by_time = attrgetter("time")
    found.sort(key=by_time)
    return tuple((time, tuple(group)) for time, group in groupby(found, key=by_time))
