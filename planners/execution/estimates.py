"""What is known of the atoms of a task before any plan: how many there are, and of what."""

from collections.abc import Collection, Container, Iterable
from math import prod

from planners.execution.relations import Ground
from planners.execution.rules import Fact, Of, Rule
from planners.execution.state import GroundAtom
from planners.pddl.types import Types

# How much worse than another look-up of as many atoms it is to join what shares no variable.
APART = 10


class Estimates:
    """Guesses how many atoms a look-up finds.

    Args:
        ground: The atoms that never change.
        rules: All rules.
    """

    def __init__(self, ground: Ground, rules: Iterable[Rule]) -> None:
        self._ground = ground
        self.world = ground.world
        self._kept: dict[str, tuple[int, ...]] = {}
        self._certain: dict[tuple[str, int, Types], bool] = {}
        self._heads: dict[str, list[tuple[Types, ...]]] = {}
        for rule in rules:
            types = {part.variable: part.types for part in rule.body.parts if isinstance(part, Of)}
            heads = self._heads.setdefault(rule.predicate, [])
            heads.append(tuple(types[variable] for variable in rule.variables))

    def matches(self, fact: Fact, bound: Container[str]) -> float:
        """Guess how many atoms match what is known of one."""
        free = [at for at, term in enumerate(fact.terms) if term[0] == "?" and term not in bound]
        # What shares nothing with what is known multiplies the rows and restricts none.
        factor = APART if bound and len(free) == len(fact.terms) else 1
        return factor * self._matches(fact, free)

    def learn(self, derived: Collection[GroundAtom], predicates: Iterable[str]) -> None:
        """Count the derived atoms of the first state, once all of some predicates are there.

        What was learned of a later state would make the order of joins, and so what is
        charged for a plan, depend on plans before it.
        """
        for predicate in predicates:
            self._kept[predicate] = self._count(
                predicate, [atom for atom in derived if atom[0] == predicate]
            )

    def _matches(self, fact: Fact, free: list[int]) -> float:
        if fact.predicate in self._heads and fact.predicate not in self._kept:
            declared = self._heads[fact.predicate][0]
            return float(prod(len(self.world.objects_of(declared[at])) for at in free))
        counts = self._counted(fact.predicate)
        known = (counts[at + 1] for at in range(len(fact.terms)) if at not in free)
        return counts[0] / prod(known, start=1)

    def certain(self, variable: str, types: Types, fact: Fact) -> bool:
        """Say whether a fact tells objects of these types alone for a variable."""
        fits = self.world.hierarchy.variable_fits
        names = self.world.objects_of(types)
        if len(names) == len(self.world.task.objects):
            return True
        at = fact.terms.index(variable)
        if fact.predicate in self._heads:
            return all(fits(declared[at], types) for declared in self._heads[fact.predicate])
        return self._among(fact.predicate, at, types)

    def _counted(self, predicate: str) -> tuple[int, ...]:
        # The number of atoms at first, then of objects at each place; none below 1.
        found = self._kept.get(predicate)
        if found is None:
            atoms = self._ground.atoms.get(predicate)
            if atoms is None:
                atoms = [atom for atom in self.world.start if atom[0] == predicate]
            found = self._kept[predicate] = self._count(predicate, atoms)
        return found

    def _count(self, predicate: str, atoms: list[GroundAtom]) -> tuple[int, ...]:
        columns = [len(set(column)) for column in zip(*atoms, strict=True)][1:]
        arity = len(self.world.task.predicates[predicate])
        return (max(1, len(atoms)), *(columns or [1] * arity))

    def _among(self, predicate: str, at: int, types: Types) -> bool:
        # Only of what never changes it is known what will stand there.
        atoms = self._ground.atoms.get(predicate)
        if atoms is None:
            return False
        found = self._certain.get((predicate, at, types))
        if found is None:
            names = frozenset(self.world.objects_of(types))
            found = names.issuperset([atom[at + 1] for atom in atoms])
            self._certain[predicate, at, types] = found
        return found
