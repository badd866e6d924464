"""What does not change while a plan is executed: objects, types, fixed facts, values."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from planners.execution.numbers import bounded
from planners.execution.state import GroundAtom, Number, State
from planners.pddl.formula import TOTAL_COST, Atom
from planners.pddl.model import (
    LiftedTask,
    NumericEffect,
)
from planners.pddl.types import Hierarchy, Types
from planners.pddl.walks import written_effects

# An atom that an action changes: the action's name, the atom, its variables with their types.
Maker: TypeAlias = tuple[str, Atom, Mapping[str, Types]]
# An effect, with the action's name (None for what happens at a time) and the variables.
# Eight bytes each: what all ranges of one task may keep together.
MAX_KEPT_NAMES = 500_000


class World:
    """The fixed part of a task, arranged for looking things up.

    Args:
        task: The task.

    Attributes:
        task: The task.
        hierarchy: Its types.
        changing: The predicates that something adds or deletes.
        makers: The actions that add (True) or delete (False) atoms of a predicate.
        derived: The predicates that axioms derive.
        fixed: The atoms of all other predicates that hold.
        start: The atoms of changing predicates that hold at first.
        atoms: Atoms of the start and of kept steps, each once: sets find what is identical in
            half the time.
        changing_functions: The functions whose values something changes.
        fixed_values: The values of all other functions, under function and objects.
        start_values: The values of changing functions at first. The cost begins at 0
            where the task does not say, as planners and their competitions take it.
    """

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.hierarchy = Hierarchy(task.types)
        changing: set[str] = set()
        functions: set[str] = set()
        self.makers: dict[tuple[str, bool], list[Maker]] = {}
        for action, effect, variables in written_effects(task):
            if isinstance(effect, NumericEffect):
                functions.add(effect.function.function)
                continue
            changing.add(effect.atom.predicate)
            if action is not None:
                sort = (effect.atom.predicate, effect.positive)
                self.makers.setdefault(sort, []).append((action, effect.atom, variables))
        self.changing = frozenset(changing)
        self.changing_functions = frozenset(functions)
        self.derived = frozenset(axiom.predicate for axiom in task.axioms)
        atoms = [(literal.predicate, *literal.arguments) for literal in task.init]
        self.fixed: frozenset[GroundAtom] = frozenset(
            atom for atom in atoms if atom[0] not in self.changing
        )
        self.start: frozenset[GroundAtom] = frozenset(
            atom for atom in atoms if atom[0] in self.changing
        )
        self.atoms: dict[GroundAtom, GroundAtom] = {atom: atom for atom in self.start}
        values: dict[GroundAtom, Number] = {
            (term.function, *term.terms): bounded(value) for term, value in task.init_values.items()
        }
        if not task.functions.get(TOTAL_COST, ("undeclared",)):
            values.setdefault((TOTAL_COST,), 0)
        self.fixed_values: Mapping[GroundAtom, Number] = {
            term: value for term, value in values.items() if term[0] not in self.changing_functions
        }
        self.start_values: Mapping[GroundAtom, Number] = {
            term: value for term, value in values.items() if term[0] in self.changing_functions
        }
        self._declared: dict[Types, list[str]] = {}
        for name, types in task.objects.items():
            self._declared.setdefault(types, []).append(name)
        self._ranges: dict[Types, tuple[str, ...]] = {}
        self._kept = 0

    def holding(self, predicate: str, state: State) -> AbstractSet[GroundAtom]:
        """Return where atoms of a predicate are found if they hold in a state.

        Raises:
            BoundReached: if atoms have to be derived and the state's meter is exhausted.
        """
        if predicate in self.derived:
            return state.derived
        return state.atoms if predicate in self.changing else self.fixed

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
