"""Atoms arranged for joining: hashed by what is known of them, and kept up to date."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from planners.execution.meter import Meter
from planners.execution.state import GroundAtom, Number
from planners.execution.world import World

Key: TypeAlias = Any
Values: TypeAlias = tuple[str, ...]
Table: TypeAlias = dict[Key, dict[Values, int]]

# Rows of a join that count for one part: they are quick to make and gone at once.
ROWS_PER_PART = 8


@dataclass(frozen=True, slots=True)
class Arrangement:
    """By what the atoms of one predicate are hashed, and what is looked up.

    Attributes:
        predicate: The predicate.
        keys: Places in the atom that are known; the first term is at 1.
        values: Places in the atom that are asked for.
        twins: Pairs of places at which one object has to stand.
    """

    predicate: str
    keys: tuple[int, ...]
    values: tuple[int, ...]
    twins: tuple[tuple[int, int], ...] = ()


class Index:
    """The atoms of one predicate in one arrangement.

    Attributes:
        table: Under each key the values, with the number of atoms that have them.
    """

    __slots__ = ("_arrangement", "_key", "_twins", "_values", "table")

    def __init__(self, arrangement: Arrangement) -> None:
        self.table: Table = {}
        self._arrangement = arrangement
        self._key = picker(arrangement.keys)
        self._values = row_picker(arrangement.values)
        self._twins = arrangement.twins

    def add(self, atoms: Iterable[GroundAtom]) -> None:
        """Take atoms in, none of which is there."""
        table, key, values = self.table, self._key, self._values
        for atom in self._fitting(atoms):
            bucket = table.setdefault(key(atom), {})
            value = values(atom)
            bucket[value] = bucket.get(value, 0) + 1

    def remove(self, atoms: Iterable[GroundAtom]) -> None:
        """Take atoms out, all of which are there."""
        table, key, values = self.table, self._key, self._values
        for atom in self._fitting(atoms):
            place, value = key(atom), values(atom)
            bucket = table[place]
            if bucket[value] > 1:
                bucket[value] -= 1
            else:
                del bucket[value]
                if not bucket:
                    del table[place]

    def copy(self) -> "Index":
        """Return an index of its own with the same atoms."""
        other = Index(self._arrangement)
        other.table = {key: dict(bucket) for key, bucket in self.table.items()}
        return other

    def _fitting(self, atoms: Iterable[GroundAtom]) -> Iterable[GroundAtom]:
        if not self._twins:
            return atoms
        return [atom for atom in atoms if all(atom[one] == atom[two] for one, two in self._twins)]


class Ground:
    """The atoms that never change, with their indexes. Safe to share by threads.

    Args:
        world: The fixed part of the task.
        predicates: Those that are looked up.
    """

    def __init__(self, world: World, predicates: AbstractSet[str]) -> None:
        self.world = world
        self.atoms: dict[str, list[GroundAtom]] = {name: [] for name in predicates}
        for atom in world.fixed:
            if atom[0] in self.atoms:
                self.atoms[atom[0]].append(atom)
        self._indexes: dict[Arrangement, Index] = {}

    def index(self, arrangement: Arrangement) -> Index:
        """Return an index, made when it is first asked for."""
        found = self._indexes.get(arrangement)
        if found is None:
            found = Index(arrangement)
            found.add(self.atoms[arrangement.predicate])
            self._indexes[arrangement] = found
        return found


class Relations:
    """The atoms that axioms read and derive, in one state.

    Args:
        ground: The atoms that never change.
        derived: The predicates that axioms derive.
        changing: The other predicates that are looked up and can change.

    Attributes:
        derived: The derived atoms that hold.
        facts: For each predicate a set that has its atoms, and may have others.
        counts: How many atoms there are of each predicate that can change.
        shaken: While it is found what may no longer follow, for each predicate the atoms
            that came or went; all of them are among the facts then.
        shaken_functions: Likewise the functions of which some value changed.
        values: The numbers that can change.
        meter: Charged for what is looked at.
        asked: The queries that were run on them before.
    """

    def __init__(
        self, ground: Ground, derived: AbstractSet[str], changing: AbstractSet[str]
    ) -> None:
        self._ground = ground
        self._changing: set[GroundAtom] = set()
        self.derived: set[GroundAtom] = set()
        self.facts: Mapping[str, AbstractSet[GroundAtom]] = {
            **dict.fromkeys(ground.atoms, ground.world.fixed),
            **dict.fromkeys(changing, self._changing),
            **dict.fromkeys(derived, self.derived),
        }
        self.counts: dict[str, int] = {}
        self._indexes: dict[Arrangement, Index] = {}
        self._maintained: dict[str, list[Index]] = {}
        self.shaken: Mapping[str, AbstractSet[GroundAtom]] = {}
        self.shaken_functions: AbstractSet[str] = NO_NAMES
        self.values: Mapping[GroundAtom, Number] = {}
        self.meter = Meter()
        self.asked: set[Hashable] = set()

    def table(self, arrangement: Arrangement) -> Table:
        """Return the table of an index, made when it is first asked for."""
        found = self._indexes.get(arrangement)
        if found is None:
            found = self._indexes[arrangement] = self._make(arrangement)
        return found.table

    def spend(self, rows: int) -> None:
        """Charge for rows.

        Raises:
            BoundReached: if that is more than is allowed.
        """
        self.meter.spend(-(-rows // ROWS_PER_PART))

    def add(self, predicate: str, atoms: AbstractSet[GroundAtom]) -> None:
        """Take in atoms of a predicate that can change, none of which is there."""
        self.meter.spend(len(atoms))
        self._set_of(predicate).update(atoms)
        self.counts[predicate] = self.counts.get(predicate, 0) + len(atoms)
        for index in self._maintained.get(predicate, ()):
            index.add(atoms)

    def remove(self, predicate: str, atoms: AbstractSet[GroundAtom]) -> None:
        """Take out atoms of a predicate that can change, all of which are there."""
        self._set_of(predicate).difference_update(atoms)
        self.counts[predicate] -= len(atoms)
        for index in self._maintained.get(predicate, ()):
            index.remove(atoms)

    def copy(self) -> "Relations":
        """Return relations of their own with the same atoms, but without numbers."""
        other = Relations(self._ground, self._names(self.derived), self._names(self._changing))
        other._changing |= self._changing
        other.derived |= self.derived
        for arrangement, index in self._indexes.items():
            if arrangement.predicate in self._ground.atoms:
                other._indexes[arrangement] = index
            else:
                other._keep(arrangement, index.copy())
        other.counts = dict(self.counts)
        other.asked |= self.asked
        return other

    def _names(self, atoms: set[GroundAtom]) -> AbstractSet[str]:
        return {name for name, facts in self.facts.items() if facts is atoms}

    def _set_of(self, predicate: str) -> set[GroundAtom]:
        return self.derived if self.facts[predicate] is self.derived else self._changing

    def _make(self, arrangement: Arrangement) -> Index:
        predicate = arrangement.predicate
        if predicate in self._ground.atoms:
            # Charged whether it was made for an earlier plan or not.
            self.spend(len(self._ground.atoms[predicate]))
            return self._ground.index(arrangement)
        atoms = self.facts[predicate]
        self.spend(len(atoms))
        index = Index(arrangement)
        index.add(atom for atom in atoms if atom[0] == predicate)
        return self._keep(arrangement, index)

    def _keep(self, arrangement: Arrangement, index: Index) -> Index:
        self._indexes[arrangement] = index
        self._maintained.setdefault(arrangement.predicate, []).append(index)
        return index


NO_NAMES: frozenset[str] = frozenset()


def picker(places: tuple[int, ...]) -> Callable[[tuple[str, ...]], Key]:
    """Make a function that picks some places out of a tuple, as a key.

    A key of one place is no tuple, and of none None.
    """
    if not places:
        return _nothing
    picked: Callable[[tuple[str, ...]], Key] = itemgetter(*places)
    return picked


def row_picker(places: tuple[int, ...]) -> Callable[[tuple[str, ...]], Values]:
    """Make a function that picks some places out of a tuple, as a tuple."""
    match places:
        case ():
            return _no_values
        case (only,):
            return itemgetter(slice(only, only + 1))
        case _:
            return itemgetter(*places)


def _nothing(_: tuple[str, ...]) -> Key:
    return None


def _no_values(_: tuple[str, ...]) -> Values:
    return ()
