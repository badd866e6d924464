"""Relaxed plans: steps that would reach the goal if nothing were ever deleted.

Source:
    Hoffmann & Nebel 2001, The FF planning system: supporters are chosen by the rounds after
    which what they need can hold.
"""

from heapq import heappop, heappush

from planners.execution.ground import Condition
from planners.execution.meter import Meter
from planners.execution.state import GroundAtom
from planners.plan import Step
from planners.relaxation.exploration import Explored, Relaxation
from planners.relaxation.goals import wanted
from planners.relaxation.supports import Instance


def relaxed_plan(
    relaxation: Relaxation, explored: Explored, goal: Condition | None, meter: Meter
) -> tuple[Step, ...] | None:
    """Find a relaxed plan.

    Args:
        relaxation: The task without deletes.
        explored: What can be reached from a state of it.
        goal: What is to be reached, ground; None where no state can meet it.
        meter: Charged for what is looked at.

    Returns:
        Steps in an order in which each needs what holds in the state or what earlier ones
        add; none where the goal holds. None where the goal is out of reach. A step is there
        twice where some effects of it are needed before others can take place.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    levels = explored.levels
    atoms = wanted(goal, levels)
    if atoms is None:
        return None
    explored.relations.meter = meter
    front: list[tuple[int, GroundAtom]] = []
    seen: set[GroundAtom] = set()
    made: set[GroundAtom] = set()
    steps: set[tuple[int, str, tuple[str, ...]]] = set()
    while True:
        for atom in atoms - seen:
            heappush(front, (-levels[atom], atom))
        seen |= atoms
        atoms = set()
        if not front:
            break
        _, atom = heappop(front)
        if atom in made or levels[atom] == 0:
            continue
        instance = _supporter(relaxation, explored, atom)
        atoms = set(instance.needs)
        before = max((levels[need] for need in atoms), default=0)
        # What is added besides needs no supporter, unless it is needed earlier.
        made.update(add for add in instance.adds if levels[add] > before)
        if instance.step is not None:
            steps.add((before, instance.step.action, instance.step.arguments))
    return tuple(Step(action=action, arguments=arguments) for _, action, arguments in sorted(steps))


def _supporter(relaxation: Relaxation, explored: Explored, atom: GroundAtom) -> Instance:
    """Choose what makes an atom hold, by what is soonest there, and the same each time."""
    levels, relations = explored.levels, explored.relations
    level = levels[atom]
    found = []
    for place, support in enumerate(relaxation.supports[atom[0]]):
        for row in support.rows_of(atom, relations):
            needs = [levels[need] for need in support.source.needs(row)]
            if max(needs, default=0) < level:
                found.append((sum(needs), place, row))
    _, place, row = min(found)
    return relaxation.supports[atom[0]][place].source.instance(row)
