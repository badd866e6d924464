"""What the variables of a quantifier range over."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from planners.execution.meter import Meter
from planners.execution.world import World
from planners.pddl.types import Types


@dataclass(frozen=True, slots=True)
class Ranges:
    """The types of some variables, whose objects are looked up when they are needed.

    Attributes:
        world: Where the objects are.
        types: The types of each variable.
    """

    world: World
    types: tuple[Types, ...]

    def instances(self, meter: Meter) -> Iterator[tuple[str, ...]]:
        """Run through all ways to give the variables objects; one way, if there are none.

        Raises:
            BoundReached: before the first, if there are more than the meter allows.
        """
        ranges = [self.world.objects_of(types) for types in self.types]
        meter.spend(prod(map(len, ranges)))
        return product(*ranges)
