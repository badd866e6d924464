"""States: the atoms that hold, the numbers that have a value, and what follows from both.

A ground atom is a tuple of strings, predicate first. A number is named alike, by its
function and objects. What no step ever changes is in no state; `World` has it.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias

from planners.execution.meter import Meter

GroundAtom: TypeAlias = tuple[str, ...]
# Whole numbers are kept as `int`: a hundred times faster, and as exact.
Number: TypeAlias = Fraction | int

NO_ATOMS: frozenset[GroundAtom] = frozenset()


@dataclass(frozen=True, slots=True)
class Update:
    """What changes between two states; it stands under no condition.

    Attributes:
        adds: Atoms that hold afterwards, whatever is deleted.
        deletes: Atoms that do not hold afterwards unless they are added.
        numbers: The new values of the numbers that change.
    """

    adds: AbstractSet[GroundAtom] = NO_ATOMS
    deletes: AbstractSet[GroundAtom] = NO_ATOMS
    numbers: Mapping[GroundAtom, Number] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """By what one state differs from an earlier one. No atom is in both sets.

    Attributes:
        added: Atoms that hold now and did not.
        removed: Atoms that held and do not now.
        numbers: Names of the numbers that were given a value; it may be the old one.
    """

    added: AbstractSet[GroundAtom]
    removed: AbstractSet[GroundAtom]
    numbers: AbstractSet[GroundAtom]


class Derived(Protocol):
    """What follows from one state, which goes on from step to step."""

    @property
    def atoms(self) -> AbstractSet[GroundAtom]:
        """The derived atoms that hold. Changed in place by `update`."""
        ...

    def update(
        self,
        atoms: AbstractSet[GroundAtom],
        values: Mapping[GroundAtom, Number],
        difference: Difference,
        meter: Meter,
    ) -> None:
        """Go on to a later state.

        Args:
            atoms: The atoms that hold there and can change.
            values: The numbers as they are there.
            difference: By what that state differs from the earlier one.
            meter: Charged for what is looked at.
        """
        ...

    def copy(self) -> "Derived":
        """Return what follows, to go on on its own."""
        ...


class Derives(Protocol):
    """Finds what follows from a state by the axioms. Must not change what it is given."""

    def derive(
        self, atoms: AbstractSet[GroundAtom], values: Mapping[GroundAtom, Number], meter: Meter
    ) -> Derived:
        """Return all derived atoms that hold."""
        ...


class State:
    """One state, changed in place.

    Args:
        atoms: The changing atoms that hold. Taken over, not copied.
        values: The changing numbers that have a value. Taken over, not copied.
        derivation: Finds derived atoms, or None where the task has no axioms.
        meter: Charged when atoms are derived.

    Attributes:
        atoms: The changing atoms that hold, derived ones not among them. In a task with
            axioms they are changed by `apply` alone.
        values: The changing numbers that have a value; likewise.
    """

    __slots__ = (
        "_added",
        "_derivation",
        "_derived",
        "_meter",
        "_removed",
        "_set",
        "atoms",
        "values",
    )

    def __init__(
        self,
        atoms: set[GroundAtom],
        values: dict[GroundAtom, Number],
        derivation: Derives | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.atoms = atoms
        self.values = values
        self._derivation = derivation
        self._meter = meter or Meter()
        self._derived: Derived | None = None
        self._added: AbstractSet[GroundAtom] = NO_ATOMS
        self._removed: AbstractSet[GroundAtom] = NO_ATOMS
        self._set: AbstractSet[GroundAtom] = NO_ATOMS

    @property
    def derived(self) -> AbstractSet[GroundAtom]:
        """The derived atoms that hold, found when first asked for after a change.

        The set may be changed in place after the next change of the state.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        derivation = self._derivation
        if derivation is None:
            return NO_ATOMS
        if self._derived is None:
            self._derived = derivation.derive(self.atoms, self.values, self._meter)
        elif self._added or self._removed or self._set:
            difference = Difference(self._added, self._removed, self._set)
            self._derived.update(self.atoms, self.values, difference, self._meter)
            self._added = self._removed = self._set = NO_ATOMS
        return self._derived.atoms

    def apply(self, update: Update) -> None:
        """Go on to the next state: delete first, then add."""
        if self._derived is not None:
            added = update.adds - self.atoms
            removed = (update.deletes & self.atoms) - update.adds
            # What comes back was never gone, as far as the last derivation is concerned.
            self._added, self._removed = (
                (self._added - removed) | (added - self._removed),
                (self._removed - added) | (removed - self._added),
            )
            self._set |= update.numbers.keys()
        self.atoms -= update.deletes
        self.atoms |= update.adds
        self.values.update(update.numbers)

    def copy(self) -> "State":
        """Return a state of its own that begins as this one is."""
        other = State(set(self.atoms), dict(self.values), self._derivation, self._meter)
        other._derived = self._derived.copy() if self._derived is not None else None
        other._added, other._removed = set(self._added), set(self._removed)
        other._set = set(self._set)
        return other
