"""What can be reached without deletes, found by trying every ground step again and again.

For tasks whose conditions are conjunctions of atoms, and whose effects are literals.
"""

from collections.abc import Iterable

from planners.execution.meter import Meter
from planners.execution.prepared import PreparedTask, prepare
from planners.execution.state import GroundAtom
from planners.plan import Step
from planners.task import Task
from tests.planners.random_plans import fitting_steps

Operator = tuple[frozenset[GroundAtom], frozenset[GroundAtom]]


def operators(task: Task) -> dict[Step, Operator]:
    """Give what each step needs and adds, of what can change."""
    prepared = prepare(task)
    found = {}
    for step in fitting_steps(prepared.task):
        (ground,), _ = prepared.ground((step,), Meter())
        if ground.condition is not None:
            found[step] = (ground.condition.needs, ground.effects.adds)
    return found


def reach(
    start: Iterable[GroundAtom], ground: Iterable[Operator], without: GroundAtom | None = None
) -> set[GroundAtom]:
    """Find all that can be reached where one atom is never made to hold."""
    reached, ground = set(start), list(ground)
    while True:
        new = {atom for needs, adds in ground if needs <= reached for atom in adds}
        if new <= reached | {without}:
            return reached
        reached |= new - {without}


def goal_atoms(prepared: PreparedTask) -> frozenset[GroundAtom]:
    """Give the atoms of a goal that is a conjunction."""
    goal = prepared.goal(Meter())
    assert goal is not None
    return goal.needs
