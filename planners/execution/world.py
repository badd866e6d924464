"""What does not change while a plan is executed: objects, types, fixed facts, values."""

from collections.abc import Mapping
from fractions import Fraction

from planners.execution.ground import GroundAtom
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    Increase,
    LiftedTask,
    When,
)
from planners.pddl.types import Hierarchy, Types

# Eight bytes each: what all ranges of one task may keep together.
MAX_KEPT_NAMES = 500_000


class World:
    """The fixed part of a task, arranged for looking things up.

    Args:
        task: The task.

    Attributes:
        task: The task.
        hierarchy: Its types.
        changing: The predicates that some action adds or deletes.
        fixed: The atoms of all other predicates that hold.
        start: The atoms of changing predicates that hold at first.
        values: The values of functions, under the function's name and its objects.
    """

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.hierarchy = Hierarchy(task.types)
        self.changing = frozenset(changed_predicates(task.actions))
        atoms = [(literal.predicate, *literal.arguments) for literal in task.init]
        self.fixed: frozenset[GroundAtom] = frozenset(
            atom for atom in atoms if atom[0] not in self.changing
        )
        self.start: frozenset[GroundAtom] = frozenset(
            atom for atom in atoms if atom[0] in self.changing
        )
        self.values: Mapping[GroundAtom, Fraction] = {
            (term.function, *term.terms): value for term, value in task.init_values.items()
        }
        self._declared: dict[Types, list[str]] = {}
        for name, types in task.objects.items():
            self._declared.setdefault(types, []).append(name)
        self._ranges: dict[Types, tuple[str, ...]] = {}
        self._kept = 0

    def objects_of(self, types: Types) -> tuple[str, ...]:
        """List the objects that a variable of these types ranges over."""
        found = self._ranges.get(types)
        if found is None:
            above = self.hierarchy.above
            found = tuple(
                name
                for declared, names in self._declared.items()
                if any(not above(each).isdisjoint(types) for each in declared)
                for name in names
            )
            self._kept += len(found)
            if self._kept > MAX_KEPT_NAMES:
                self._ranges, self._kept = {}, len(found)
            self._ranges[types] = found
        return found


def changed_predicates(actions: Mapping[str, ActionSchema]) -> set[str]:
    """Collect the predicates that the actions add or delete."""
    changed: set[str] = set()
    front: list[Effect] = [schema.effect for schema in actions.values()]
    while front:
        match front.pop():
            case AtomEffect(atom):
                changed.add(atom.predicate)
            case AndEffect(effects):
                front.extend(effects)
            case ForallEffect(_, effect) | When(_, effect):
                front.append(effect)
            case Increase():
                pass
    return changed
