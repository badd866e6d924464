from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.execution.happenings import Happening, instants, stand_close
from planners.pddl import read_task
from planners.plan import Step
from tests.planners.execution.lights import LIGHTS

TASK = read_task(LIGHTS)
TOLERANCE = Fraction(1, 1000)


def at(*times):
    return [Step(action="a", start=Fraction(time)) for time in times]


@pytest.mark.parametrize(
    ("times", "close"),
    [
        ((), False),
        (("1",), False),
        (("1", "1"), True),
        (("1", "1.0001"), True),
        (("1", "1.00011"), False),
        (("1", "2", "2.00005"), True),
        (("2", "1"), True),
    ],
)
def test_steps_stand_close_up_to_a_tenth_of_the_tolerance(times, close):
    assert stand_close(at(*times), TOLERANCE) is close


def test_steps_without_time_stamps_are_a_sequence():
    assert not stand_close([Step(action="a"), Step(action="a")], TOLERANCE)


def test_a_durative_step_happens_twice_and_what_the_task_states_comes_first():
    steps = [
        Step(action="light", start=Fraction(4), duration=Fraction(1)),
        Step(action="ring", start=Fraction(5)),
    ]
    assert instants(TASK, steps) == (
        (Fraction(4), (Happening(time=Fraction(4), index=0, part="start"),)),
        (
            Fraction(5),
            (
                Happening(time=Fraction(5), index=None),
                Happening(time=Fraction(5), index=0, part="end"),
                Happening(time=Fraction(5), index=1),
            ),
        ),
    )


@given(st.lists(st.fractions(0, 10), max_size=8))
def test_instants_come_in_order_of_time_each_once(times):
    found = instants(TASK, [Step(action="ring", start=time) for time in times])
    assert [time for time, _ in found] == sorted({*times, Fraction(5)})
