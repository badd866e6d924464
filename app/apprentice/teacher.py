"""The policy that the apprentice imitates, and the little world it acts in.

One deterministic policy with fixed tie-breaks, both in the order of the prompt. First tower
by tower: take off every block that may not stay, and put it where the goal wants it if that
place is ready, else on the table. Then chain by chain, from the lowest block up: put every
block on the one below it. What comes next is thus near what came last, which a small model
learns; to make any possible final move at once would save 1 to 5 % of the steps.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from planners.generators.blocksworld import Chain, Instance, Towers
from planners.plan import Plan, Step

Move = tuple[str, int, int]
"""Action, block, and the other block or -1."""

_TABLE, _HAND = -1, -2


@dataclass(slots=True)
class World:
    """A state that moves are executed in.

    Attributes:
        below: What each block stands on: a block, -1 for the table or -2 for the hand.
        above: What stands on each block: a block, or -1 if nothing does.
        held: The block in the hand, or -1.
    """

    below: dict[int, int] = field(default_factory=dict)
    above: dict[int, int] = field(default_factory=dict)
    held: int = -1

    @classmethod
    def of(cls, towers: Towers) -> "World":
        """Build the towers, with an empty hand."""
        world = cls()
        for tower in towers:
            for below, block in pairwise((_TABLE, *tower)):
                world.below[block] = below
                world.above[block] = -1
                if below != _TABLE:
                    world.above[below] = block
        return world

    def unmet(self, move: Move) -> list[tuple[str, int, int]]:
        """List the conditions of a move that do not hold: predicate and blocks."""
        action, block, other = move
        missing: list[tuple[str, int, int]] = []
        if action in ("pick-up", "unstack"):
            if self.above[block] != -1 or self.held == block:
                missing.append(("clear", block, -1))
            if action == "pick-up" and self.below[block] != _TABLE:
                missing.append(("ontable", block, -1))
            if action == "unstack" and self.below[block] != other:
                missing.append(("on", block, other))
            if self.held != -1:
                missing.append(("handempty", -1, -1))
        else:
            if self.held != block:
                missing.append(("holding", block, -1))
            if action == "stack" and (self.above[other] != -1 or self.held == other):
                missing.append(("clear", other, -1))
        return missing

    def make(self, move: Move) -> None:
        """Execute a move whose conditions hold."""
        action, block, other = move
        if action in ("pick-up", "unstack"):
            if action == "unstack":
                self.above[other] = -1
            self.below[block], self.held = _HAND, block
            return
        self.below[block], self.held = (other if action == "stack" else _TABLE), -1
        if action == "stack":
            self.above[other] = block

    def towers(self) -> Towers:
        """List the towers from the table up, in the order of the initial ones."""
        found = []
        for block, below in self.below.items():
            if below == _TABLE:
                tower = [block]
                while (above := self.above[tower[-1]]) != -1:
                    tower.append(above)
                found.append(tuple(tower))
        return tuple(found)

    def open_goals(self, goal: tuple[Chain, ...]) -> list[tuple[str, int, int]]:
        """List the facts of the goal that do not hold: predicate and blocks."""
        missing: list[tuple[str, int, int]] = []
        for chain in goal:
            first, last = chain.blocks[0], chain.blocks[-1]
            if chain.on_table and self.below[first] != _TABLE:
                missing.append(("ontable", first, -1))
            missing.extend(
                ("on", above, below)
                for below, above in pairwise(chain.blocks)
                if self.below[above] != below
            )
            if chain.clear and (self.above[last] != -1 or self.held == last):
                missing.append(("clear", last, -1))
        return missing


class _Wanted:
    """The goal as what each block wants below and above itself."""

    def __init__(self, goal: tuple[Chain, ...]) -> None:
        self.below: dict[int, int] = {}
        self.above: dict[int, int] = {}
        for chain in goal:
            if chain.on_table:
                self.below[chain.blocks[0]] = _TABLE
            for below, above in pairwise(chain.blocks):
                self.below[above], self.above[below] = below, above
            if chain.clear:
                self.above[chain.blocks[-1]] = _TABLE

    def settled(self, world: World, block: int) -> bool:
        """Say whether a block may stay where it is, with all that is under it."""
        while True:
            below = world.below[block]
            if self.below.get(block, below) != below:
                return False
            if below == _TABLE:
                return True
            if self.above.get(below, block) != block:
                return False
            block = below


def teach(instance: Instance) -> list[Move]:
    """Solve an instance the teacher's way.

    Args:
        instance: One whose goal can be reached; the orders of its towers and chains
            break the ties.

    Returns:
        The moves of a valid plan.
    """
    world = World.of(instance.start)
    wanted = _Wanted(instance.goal)
    plan: list[Move] = []
    for tower in instance.start:
        for block in reversed(tower[1:]):
            if wanted.settled(world, block):
                break
            target = wanted.below.get(block, _TABLE)
            if target != _TABLE and not _ready(world, wanted, target):
                target = _TABLE
            plan += _carry(world, block, target)
    for chain in instance.goal:
        for below, block in pairwise(chain.blocks):
            if world.below[block] != below:
                plan += _carry(world, block, below)
    return plan


def plan_of(moves: list[Move]) -> Plan:
    """Write moves as a plan for `Instance.task`, whose blocks are named from b1 on."""
    return Plan(
        steps=tuple(
            Step(action=action, arguments=tuple(f"b{block + 1}" for block in blocks if block != -1))
            for action, *blocks in moves
        )
    )


def _ready(world: World, wanted: _Wanted, block: int) -> bool:
    return world.above[block] == -1 and wanted.settled(world, block)


def _carry(world: World, block: int, target: int) -> list[Move]:
    below = world.below[block]
    taken: Move = ("pick-up", block, -1) if below == _TABLE else ("unstack", block, below)
    put: Move = ("put-down", block, -1) if target == _TABLE else ("stack", block, target)
    world.make(taken)
    world.make(put)
    return [taken, put]
