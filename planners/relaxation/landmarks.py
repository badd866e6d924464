"""Fact landmarks: atoms that must hold at some time on every way from a state to the goal.

Without one of them the goal is out of reach even where nothing is ever deleted, so none of
them can be gone round.

Source:
    Keyder, Richter & Helmert 2010, Sound and complete landmarks for And/Or graphs.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planners.execution.ground import Condition
from planners.execution.meter import Meter
from planners.execution.state import GroundAtom
from planners.relaxation.exploration import Explored, Relaxation
from planners.relaxation.goals import own_atoms, wanted

# A set of atoms is the bits of one number, and so many of them count for one part.
BITS_PER_PART = 2_048


def landmarks(
    relaxation: Relaxation, explored: Explored, goal: Condition | None, meter: Meter
) -> tuple[GroundAtom, ...] | None:
    """Find the landmarks that do not hold in the state itself.

    Args:
        relaxation: The task without deletes.
        explored: What can be reached from a state of it.
        goal: What is to be reached, ground; None where no state can meet it.
        meter: Charged for what is looked at.

    Returns:
        All landmarks that the task without deletes has, in an order in which each stands
        behind those that have to come before it; derived atoms are among them. None where
        the goal is out of reach.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    levels = explored.levels
    if wanted(goal, levels) is None:
        return None
    assert goal is not None, "what no state can meet is out of reach"
    explored.relations.meter = meter
    atoms = sorted((atom for atom, level in levels.items() if level), key=lambda a: (levels[a], a))
    places = {atom: place for place, atom in enumerate(atoms)}
    ways = _ways(relaxation, explored, places, meter)
    needed = _propagate(ways, len(atoms), meter)
    found = _of_condition(goal, needed, places, levels)
    return tuple(atom for place, atom in enumerate(atoms) if found >> place & 1)


@dataclass(frozen=True, slots=True)
class _Ways:
    """How atoms come to hold that do not hold in the state; atoms are told by their places.

    Attributes:
        needs: What each way needs.
        adds: What it makes hold.
        users: The ways that need each atom.
    """

    needs: Sequence[tuple[int, ...]]
    adds: Sequence[tuple[int, ...]]
    users: Sequence[list[int]]


def _ways(
    relaxation: Relaxation, explored: Explored, places: Mapping[GroundAtom, int], meter: Meter
) -> _Ways:
    found: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
    for source in relaxation.sources:
        for row in source.rows(explored.relations):
            instance = source.instance(row)
            meter.spend(len(instance.needs) + len(instance.adds))
            needs = tuple(sorted(places[atom] for atom in instance.needs if atom in places))
            made = (places[atom] for atom in instance.adds if atom in places)
            adds = tuple(sorted(place for place in made if place not in needs))
            if adds:
                found.add((needs, adds))
    # The places are in the order of levels, so what is needed comes first.
    ordered = sorted(found, key=lambda way: (way[0][-1:], way))
    users: list[list[int]] = [[] for _ in places]
    for number, (needs, _) in enumerate(ordered):
        for place in needs:
            users[place].append(number)
    return _Ways([needs for needs, _ in ordered], [adds for _, adds in ordered], users)


def _propagate(ways: _Ways, atoms: int, meter: Meter) -> list[int]:
    """Find for each atom the set of those that every way to it needs, itself among them."""
    everything = (1 << atoms) - 1
    needed = [everything] * atoms
    waiting = deque(range(len(ways.needs)))
    listed = [True] * len(ways.needs)
    weight = 1 + atoms // BITS_PER_PART
    while waiting:
        way = waiting.popleft()
        listed[way] = False
        meter.spend(weight * (len(ways.needs[way]) + len(ways.adds[way])))
        before = 0
        for place in ways.needs[way]:
            before |= needed[place]
        for place in ways.adds[way]:
            now = needed[place] & (before | 1 << place)
            if now == needed[place]:
                continue
            needed[place] = now
            for user in ways.users[place]:
                if not listed[user]:
                    listed[user] = True
                    waiting.append(user)
    return needed


def _of_condition(
    condition: Condition,
    needed: Sequence[int],
    places: Mapping[GroundAtom, int],
    levels: Mapping[GroundAtom, int],
) -> int:
    """Find what every way to a condition needs that is within reach."""
    found = 0
    for atom in own_atoms(condition):
        if atom in places:
            found |= needed[places[atom]]
    for options in condition.choices:
        common = -1
        for option in options:
            if wanted(option, levels) is not None:
                common &= _of_condition(option, needed, places, levels)
        found |= common
    return found
