"""Trajectory constraints, judged by the definitions over the whole list of states.

Source: Gerevini, Haslum, Long, Saetti & Dimopoulos, Deterministic planning in the fifth
international planning competition: PDDL3 (2009), section 3. A state holds from its instant
up to the next one, the last for ever.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from planners.pddl.model import LiftedTask, Trajectory
from tests.planners.naive.substitution import put_in
from tests.planners.naive.truth import View
from tests.planners.naive.universe import Universe

# Of each state: its instant, and whether each formula of the constraint holds there.
Passed = list[tuple[Fraction, tuple[bool, ...]]]
FOREVER = None


def instances(constraint: Trajectory, universe: Universe) -> list[Trajectory]:
    return [
        Trajectory(
            constraint.kind,
            tuple(put_in(formula, each) for formula in constraint.formulas),
            constraint.times,
        )
        for each in universe.written_out(constraint.parameters)
    ]


def passed(constraint: Trajectory, times: list[Fraction], views: list[View]) -> Passed:
    return [
        (time, tuple(view.holds(formula) for formula in constraint.formulas))
        for time, view in zip(times, views, strict=True)
    ]


def kept(constraint: Trajectory, states: Passed) -> bool:
    """Say whether the states, from the first to the last, meet a constraint."""
    count = range(len(states))
    first = [truths[0] for _, truths in states]
    second = [truths[-1] for _, truths in states]
    time = [instant for instant, _ in states]
    match constraint.kind, constraint.times:
        case "at-end", ():
            return first[-1]
        case "always", ():
            return all(first)
        case "sometime", ():
            return any(first)
        case "at-most-once", ():
            # From outside to inside at most once.
            return sum(first[i] and not (i and first[i - 1]) for i in count) <= 1
        case "sometime-after", ():
            return all(any(second[i:]) for i in count if first[i])
        case "sometime-before", ():
            return all(any(second[:i]) for i in count if first[i])
        case "within", (limit,):
            return any(first[i] and time[i] <= limit for i in count)
        case "always-within", (limit,):
            return all(
                any(second[j] and time[j] - time[i] <= limit for j in count[i:])
                for i in count
                if first[i]
            )
        case "hold-during", (start, end):
            return all(first[i] for i in seen_in(time, start, end))
        case "hold-after", (start,):
            return all(first[i] for i in seen_in(time, start, FOREVER))
    message = f"{constraint.kind} with times {constraint.times}"
    raise TypeError(message)


def seen_in(time: list[Fraction], start: Fraction, end: Fraction | None) -> Iterator[int]:
    """Run through the states that hold at some instant from `start` up to before `end`."""
    for i, since in enumerate(time):
        until = time[i + 1] if i + 1 < len(time) else None
        begins = max(since, start)
        if (until is None or begins < until) and (end is None or begins < end):
            yield i


def clear_at(constraint: Trajectory, states: Passed) -> int:
    """Return the place of the state behind which no future can meet the constraint.

    Tried out: every future of up to two more states. The number of states, where even the
    last leaves a way. Without times, so for kinds that do not speak of time.
    """
    truths = list(product((False, True), repeat=len(constraint.formulas)))
    futures: list[tuple[tuple[bool, ...], ...]] = [
        future for length in range(3) for future in product(truths, repeat=length)
    ]
    for place in range(len(states)):
        past = states[: place + 1]
        last = past[-1][0]
        if not any(kept(constraint, [*past, *after(future, last)]) for future in futures):
            return place
    return len(states)


def after(future: tuple[tuple[bool, ...], ...], last: Fraction) -> Passed:
    return [(last + 1 + i, truths) for i, truths in enumerate(future)]


def broken(
    task: LiftedTask, times: list[Fraction], views: list[View]
) -> list[tuple[Trajectory, int]]:
    """List the constraints that are not met, ground, with the place where that is clear."""
    universe = Universe(task)
    found = []
    for constraint in task.constraints:
        for each in instances(constraint, universe):
            states = passed(each, times, views)
            if not kept(each, states):
                found.append((each, clear_at(each, states)))
    return found


def violations(task: LiftedTask, times: list[Fraction], views: list[View]) -> Iterator[str]:
    """Run through the names of preferences, each as often as it is violated."""
    universe = Universe(task)
    for preference in task.preferences:
        for each in instances(preference.condition, universe):
            if not kept(each, passed(each, times, views)):
                yield preference.name
