from fractions import Fraction

import pytest

from planners.execution.durations import Clock

CLOCK = Clock(tolerance=Fraction(1, 1000))


@pytest.mark.parametrize(
    ("operator", "off", "agrees"),
    [
        ("=", "0", True),
        ("=", "0.0009", True),
        ("=", "-0.0009", True),
        ("=", "0.001", False),
        ("<=", "0.001", True),
        ("<=", "0.0011", False),
        ("<=", "-5", True),
        (">=", "-0.001", True),
        (">=", "-0.0011", False),
        (">=", "5", True),
    ],
)
def test_a_duration_may_miss_its_bound_by_the_tolerance(operator, off, agrees):
    assert CLOCK.agrees(operator, Fraction(5) + Fraction(off), 5) is agrees


def test_without_tolerance_only_the_exact_duration_agrees():
    exact = Clock(tolerance=Fraction(0))
    assert exact.agrees("=", Fraction(1, 3), Fraction(1, 3))
    assert not exact.agrees("=", Fraction(1, 3), Fraction(33333, 100000))
