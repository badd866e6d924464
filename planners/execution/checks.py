"""Parts of a query that only keep rows or do not.

While it is found what may no longer follow, each of them takes what came or went for true.
"""

from collections.abc import Callable
from dataclasses import dataclass

from planners.execution.arithmetic import LiftedComparison
from planners.execution.joins import Picked, Row, Rows
from planners.execution.relations import Relations
from planners.execution.state import GroundAtom


@dataclass(frozen=True, slots=True)
class Settled:
    """A ground atom that has to hold, or must not."""

    atom: GroundAtom
    positive: bool

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep all rows or none."""
        held = self.atom in relations.facts[self.atom[0]]
        if held is self.positive:
            return rows
        return rows if held and self.atom in relations.shaken.get(self.atom[0], ()) else []


@dataclass(frozen=True, slots=True)
class Holds:
    """An atom that has to hold."""

    predicate: str
    atom: Picked

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep the rows of which it holds."""
        facts, (constants, pick) = relations.facts[self.predicate], self.atom
        return [row for row in rows if pick(constants + row) in facts]


@dataclass(frozen=True, slots=True)
class Fails:
    """An atom that must not hold."""

    predicate: str
    atom: Picked

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep the rows of which it does not hold."""
        facts, (constants, pick) = relations.facts[self.predicate], self.atom
        shaken = relations.shaken.get(self.predicate)
        if not shaken:
            return [row for row in rows if pick(constants + row) not in facts]
        atoms = [pick(constants + row) for row in rows]
        pairs = zip(rows, atoms, strict=True)
        return [row for row, atom in pairs if atom not in facts or atom in shaken]


@dataclass(frozen=True, slots=True)
class Equal:
    """Two terms that have to be the same object, or must not."""

    left: int
    right: int
    positive: bool

    def run(self, rows: Rows, relations: Relations) -> Rows:  # noqa: ARG002
        """Keep the rows of which that is so."""
        left, right = self.left, self.right
        if self.positive:
            return [row for row in rows if row[left] == row[right]]
        return [row for row in rows if row[left] != row[right]]


@dataclass(frozen=True, slots=True)
class Member:
    """A variable that has to stand for one of some objects, or must not."""

    place: int
    names: frozenset[str]
    positive: bool = True

    def run(self, rows: Rows, relations: Relations) -> Rows:  # noqa: ARG002
        """Keep the rows of which that is so."""
        place, names = self.place, self.names
        if self.positive:
            return [row for row in rows if row[place] in names]
        return [row for row in rows if row[place] not in names]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison.

    Attributes:
        lifted: With its names in the order of `pick`, and `template` behind them.
        holds: False where it must not hold.
        functions: The functions that it reads.
    """

    pick: Callable[[Row], Row]
    template: tuple[str, ...]
    lifted: LiftedComparison
    holds: bool
    functions: frozenset[str]

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep the rows of which it holds."""
        if not self.functions.isdisjoint(relations.shaken_functions):
            return rows
        relations.meter.spend(len(rows) * self.lifted.size)
        return [row for row in rows if self._true(row, relations) is self.holds]

    def _true(self, row: Row, relations: Relations) -> bool:
        comparison = self.lifted.ground([*self.pick(row), *self.template])
        if isinstance(comparison, bool):
            return comparison
        return comparison.holds(relations)
