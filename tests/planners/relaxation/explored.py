"""A task with what can be reached in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from planners.execution.meter import Meter
from planners.execution.prepared import PreparedTask, prepare
from planners.execution.state import GroundAtom
from planners.plan import Step
from planners.relaxation.exploration import Explored, Relaxation, relaxation_of
from planners.relaxation.landmarks import landmarks
from planners.relaxation.relaxed_plan import relaxed_plan
from planners.task import Task


@dataclass(frozen=True)
class Case:
    prepared: PreparedTask
    relaxation: Relaxation
    explored: Explored

    def plan(self) -> tuple[Step, ...] | None:
        goal = self.prepared.goal(Meter())
        return relaxed_plan(self.relaxation, self.explored, goal, Meter())

    def landmarks(self) -> tuple[GroundAtom, ...] | None:
        goal = self.prepared.goal(Meter())
        return landmarks(self.relaxation, self.explored, goal, Meter())


def explored(task: Task, state: Iterable[GroundAtom] | None = None) -> Case:
    prepared, relaxation = prepare(task), relaxation_of(task)
    atoms = prepared.world.start if state is None else state
    return Case(prepared, relaxation, relaxation.explore(atoms, Meter()))
