"""Whether a durative step takes as long as its action may.

Plans are written with few decimals, and some durations have no end of them; so, like VAL, a
bound is kept where it is missed by the tolerance at most, and `=` where by less than that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from planners.condition import Inequality
from planners.execution.arithmetic import ground_expression
from planners.execution.numbers import value_of
from planners.execution.state import GroundAtom, Number
from planners.execution.world import World
from planners.pddl.model import DurationBound


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How durations and instants are compared.

    Attributes:
        tolerance: By how much a duration may miss its bounds, in the unit of time stamps.
    """

    tolerance: Fraction

    @property
    def window(self) -> Fraction:
        """How far apart happenings may be and still must not interfere.

        VAL takes a tenth of the tolerance, and planners leave gaps to suit it. At just that
        much VAL's rounding decides, here they are too close.
        """
        return self.tolerance / 10

    def agrees(self, operator: str, duration: Fraction, bound: Number) -> bool:
        """Say whether a duration keeps a bound.

        Args:
            operator: `=`, `<=` or `>=`: the duration stands on its left.
            duration: The duration.
            bound: The bound.
        """
        over = duration - bound
        match operator:
            case "<=":
                return over <= self.tolerance
            case ">=":
                return -over <= self.tolerance
            case _:
                return abs(over) < self.tolerance or not over


def unkept(
    bounds: tuple[DurationBound, ...],
    binding: Mapping[str, str],
    duration: Fraction | None,
    *,
    world: World,
    values: Mapping[GroundAtom, Number],
    clock: Clock,
) -> tuple[Inequality, ...]:
    """List the bounds that a duration does not keep.

    Args:
        bounds: The bounds.
        binding: The objects that their variables stand for.
        duration: The duration; None keeps no bound.
        world: What does not change.
        values: The numbers that do, in the state in which the bounds are computed.
        clock: How durations are compared.

    Returns:
        The bounds, ground, with the values found. One whose value is undefined is not kept.

    Raises:
        BoundReached: if a number grows too big.
    """
    found: list[Inequality] = []
    for bound in bounds:
        expression = ground_expression(bound.value, binding, world)
        value = value_of(expression, values)
        if value is None or duration is None or not clock.agrees(bound.operator, duration, value):
            text = f"({bound.operator} ?duration {expression})"
            right = None if value is None else Fraction(value)
            found.append(Inequality(text, duration, right))
    return tuple(found)
