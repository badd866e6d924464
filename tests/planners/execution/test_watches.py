from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.execution.watches import TIMED, watch
from planners.pddl.formula import And
from planners.pddl.model import Trajectory
from tests.planners.naive.trajectories import kept

TWO = {"sometime-after", "sometime-before", "always-within"}
TIMES = {"within": 1, "always-within": 1, "hold-during": 2, "hold-after": 1}
KINDS = sorted({"at-end", "always", "sometime", "at-most-once", *TWO, *TIMES})

# Each state: whether the formulas hold there, and how long after the last one it begins.
states = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from([1, 2, 3])), min_size=1, max_size=7
)


@st.composite
def conditions(draw: st.DrawFn) -> Trajectory:
    kind = draw(st.sampled_from(KINDS))
    times = sorted(draw(st.integers(0, 12)) for _ in range(TIMES.get(kind, 0)))
    formulas = (And(),) * (2 if kind in TWO else 1)
    return Trajectory(kind, formulas, tuple(map(Fraction, times)))


def passed(condition, seen):
    """Turn what was drawn into states with their times; the first one begins at 0."""
    time, found = Fraction(-seen[0][2]), []
    for first, second, later in seen:
        time += later
        found.append((time, (first, second) if len(condition.formulas) == 2 else (first,)))
    return found


@given(conditions(), states)
def test_a_watch_that_saw_all_states_says_what_the_definition_says(condition, seen):
    found = passed(condition, seen)
    seeing = watch(condition.kind, condition.times)
    for time, truths in found:
        if not seeing.settled:
            seeing.see(truths[0], truths[-1], time)
    if not seeing.settled:
        seeing.end()
    assert seeing.broken is not kept(condition, found)


@given(conditions(), states, states)
def test_what_is_settled_stays_so_whatever_comes(condition, seen, further):
    found = passed(condition, [*seen, *further])
    seeing = watch(condition.kind, condition.times)
    for place, (time, truths) in enumerate(found):
        seeing.see(truths[0], truths[-1], time)
        if seeing.settled:
            assert kept(condition, found) is not seeing.broken
            # No state was needed behind this one to see it.
            assert kept(condition, found[: place + 1]) is not seeing.broken
            return


def test_only_kinds_with_times_are_timed():
    assert set(TIMES) == TIMED


@pytest.mark.parametrize("second", [False, True])
def test_what_comes_before_has_to_come_strictly_before(second):
    seeing = watch("sometime-before", ())
    seeing.see(True, second, Fraction(0))
    assert seeing.broken


def test_a_state_that_holds_once_the_window_opens_counts_even_if_it_began_earlier():
    seeing = watch("hold-during", (Fraction(5), Fraction(6)))
    seeing.see(False, False, Fraction(0))
    assert not seeing.settled
    seeing.see(True, True, Fraction(7))
    assert seeing.broken
