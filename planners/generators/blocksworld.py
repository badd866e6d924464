"""Seeded instances of blocksworld, uniform over the states of that many blocks.

An instance is kept as towers and chains; `Instance.task` writes it in PDDL.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from planners.domains import domain_text
from planners.task import Task

Towers = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Blocks that the goal wants on each other.

    Attributes:
        blocks: Block numbers from the lowest up, at least one.
        on_table: Whether the lowest is wanted on the table.
        clear: Whether the topmost is wanted clear.
    """

    blocks: tuple[int, ...]
    on_table: bool = False
    clear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A state with an empty hand, and a goal.

    Attributes:
        start: The towers, each from the table up; blocks are numbered from 0.
        goal: Chains that share no block.
    """

    start: Towers
    goal: tuple[Chain, ...]

    @property
    def solved(self) -> bool:
        """Whether the goal holds at the start."""
        below = {block: under for tower in self.start for under, block in pairwise((-1, *tower))}
        tops = {tower[-1] for tower in self.start}
        return all(
            all(below[b] == a for a, b in pairwise(chain.blocks))
            and (not chain.on_table or below[chain.blocks[0]] == -1)
            and (not chain.clear or chain.blocks[-1] in tops)
            for chain in self.goal
        )

    def task(self) -> Task:
        """Write the instance as a task in the shipped domain, its blocks named from b1 on."""
        blocks = sorted(block for tower in self.start for block in tower)
        init = ["(handempty)"]
        for tower in self.start:
            init.append(f"(ontable {_name(tower[0])})")
            init.extend(_pairs(tower))
            init.append(f"(clear {_name(tower[-1])})")
        goal: list[str] = []
        for chain in self.goal:
            goal.extend([f"(ontable {_name(chain.blocks[0])})"] if chain.on_table else [])
            goal.extend(_pairs(chain.blocks))
            goal.extend([f"(clear {_name(chain.blocks[-1])})"] if chain.clear else [])
        problem = (
            f"(define (problem blocksworld-{len(blocks)})\n  (:domain blocksworld)\n"
            f"  (:objects {' '.join(map(_name, blocks))})\n"
            f"  (:init {' '.join(init)})\n  (:goal (and {' '.join(goal)})))\n"
        )
        return Task(domain=domain_text("blocksworld"), problem=problem)


def draw_towers(blocks: int, random: Random) -> Towers:
    """Draw a state uniformly among all states of a number of blocks.

    There are C(n-1, k-1) n!/k! states with k towers, and each of them comes from k! pairs
    of a permutation and k-1 cuts; so k is drawn by C(n-1, k-1)/k! and the rest uniformly.

    Args:
        blocks: How many, at least 1.
        random: Source of randomness; same seed, same draw.

    Returns:
        The towers, in random order, each from the table up.
    """
    weights = [math.comb(blocks - 1, k - 1) / math.factorial(k) for k in range(1, blocks + 1)]
    towers = random.choices(range(1, blocks + 1), weights)[0]
    order = random.sample(range(blocks), blocks)
    cuts = [0, *sorted(random.sample(range(1, blocks), towers - 1)), blocks]
    return tuple(tuple(order[a:b]) for a, b in pairwise(cuts))


def full_goal(towers: Towers) -> tuple[Chain, ...]:
    """Want every block where it is in a state: all its `on` and `ontable` facts."""
    return tuple(Chain(blocks=tower, on_table=True) for tower in towers)


def partial_goal(towers: Towers, random: Random) -> tuple[Chain, ...]:
    """Want some of the facts of a state, at least one.

    Half of the goals drawn want every `on` fact and no `ontable`, as the goals of most
    published instances do; the others keep each fact with one probability drawn for all.
    """
    keep, keep_table, keep_clear = 1.0, 0.0, 0.0
    if random.random() < 0.5:
        keep, keep_table = random.uniform(0.2, 1.0), random.choice((0.0, 0.3, 0.8))
        keep_clear = random.choice((0.0, 0.0, 0.3))
    chains: list[Chain] = []
    for tower in towers:
        start = 0
        for end in range(1, len(tower) + 1):
            if end < len(tower) and random.random() < keep:
                continue
            on_table = start == 0 and random.random() < keep_table
            clear = end == len(tower) and random.random() < keep_clear
            if end - start > 1 or on_table or clear:
                chains.append(Chain(blocks=tower[start:end], on_table=on_table, clear=clear))
            start = end
    if not chains:
        chains = [Chain(blocks=random.choice(towers)[:1], on_table=True)]
    return tuple(chains)


def draw_instance(blocks: int, random: Random, *, full: bool) -> Instance:
    """Draw an instance that is not solved at the start.

    Args:
        blocks: How many, at least 2.
        random: Source of randomness; same seed, same draw.
        full: Whether the goal is a whole state.

    Raises:
        ValueError: if there are fewer than 2 blocks, as one block leaves nothing to do.
    """
    if blocks < 2:
        raise ValueError(f"an instance needs at least 2 blocks, not {blocks}")
    while True:
        towers = draw_towers(blocks, random)
        goal = full_goal(towers) if full else partial_goal(towers, random)
        instance = Instance(start=draw_towers(blocks, random), goal=goal)
        if not instance.solved:
            return instance


def generate(blocks: int, seed: int, *, full: bool = True) -> Task:
    """Generate one task.

    Args:
        blocks: How many, at least 2.
        seed: Same seed, same task.
        full: Whether the goal is a whole state or a part of one.

    Raises:
        ValueError: if there are fewer than 2 blocks.
    """
    random = Random(seed)  # noqa: S311 (instances keep no secret)
    return draw_instance(blocks, random, full=full).task()


def _name(block: int) -> str:
    return f"b{block + 1}"


def _pairs(upwards: tuple[int, ...]) -> list[str]:
    return [f"(on {_name(above)} {_name(below)})" for below, above in pairwise(upwards)]
