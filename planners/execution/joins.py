"""What a query is made of: operations on many rows at once.

A row holds the objects that variables stand for. Rows are made and looked up in C for the
most part, so a row costs a fraction of a microsecond.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from planners.execution.relations import Arrangement, Relations

Row: TypeAlias = tuple[str, ...]
Rows: TypeAlias = list[Row]

# How many objects are in the rows made at once, so that memory does not follow the product
# of ranges.
MAX_CELLS = 100_000


class Picked(NamedTuple):
    """What is picked out of a row, with constants in front of it.

    Attributes:
        constants: They are put in front of each row first.
        pick: Picks what is asked for out of that.
    """

    constants: Row
    pick: Callable[[Row], Any]


class Operation(Protocol):
    """One step of a query."""

    def run(self, rows: Rows, relations: Relations) -> Rows | None:
        """Turn rows into others; None where these would be too many to be made at once."""
        ...


def run(operations: Sequence[Operation], rows: Rows, relations: Relations) -> Iterator[Rows]:
    """Run rows through operations.

    Yields:
        What comes out, in pieces.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    waiting = [(0, rows)]
    while waiting:
        at, rows = waiting.pop()
        while rows and at < len(operations):
            relations.spend(len(rows) * _weight(rows))
            made = operations[at].run(rows, relations)
            if made is None:
                half = len(rows) // 2
                waiting.append((at, rows[half:]))
                rows = rows[:half]
            else:
                rows = made
                at += 1
        if rows:
            yield rows


@dataclass(frozen=True, slots=True)
class Repeat:
    """A variable that stands for what another term stands for."""

    place: int

    def run(self, rows: Rows, relations: Relations) -> Rows:  # noqa: ARG002
        """Add it to each row."""
        place = self.place
        return [(*row, row[place]) for row in rows]


@dataclass(frozen=True, slots=True)
class Enumerate:
    """A variable that stands for each of some objects in turn."""

    names: tuple[str, ...]

    def run(self, rows: Rows, relations: Relations) -> Rows | None:
        """Add each to each row."""
        if _too_many(rows, len(rows) * len(self.names)):
            return None
        relations.spend(len(rows) * len(self.names) * _weight(rows))
        ends = [(name,) for name in self.names]
        return [row + end for row in rows for end in ends]


@dataclass(frozen=True, slots=True)
class Find:
    """Atoms that tell what further variables stand for."""

    arrangement: Arrangement
    key: Picked

    def run(self, rows: Rows, relations: Relations) -> Rows | None:
        """Add what is found to each row."""
        find, (constants, pick) = relations.table(self.arrangement).get, self.key
        buckets = [find(pick(constants + row), ()) for row in rows]
        found = sum(map(len, buckets))
        if _too_many(rows, found):
            return None
        relations.spend(found * _weight(rows))
        return [row + end for row, bucket in zip(rows, buckets, strict=True) for end in bucket]


@dataclass(frozen=True, slots=True)
class Finds:
    """Atoms of which one has to be there, whatever else they tell."""

    arrangement: Arrangement
    key: Picked

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep the rows for which one is there."""
        table, (constants, pick) = relations.table(self.arrangement), self.key
        return [row for row in rows if pick(constants + row) in table]


@dataclass(frozen=True, slots=True)
class Drop:
    """Variables that are not asked for any more."""

    pick: Callable[[Row], Row]

    def run(self, rows: Rows, relations: Relations) -> Rows:  # noqa: ARG002
        """Take them out, and keep each row once."""
        return list(set(map(self.pick, rows)))


@dataclass(frozen=True, slots=True)
class Either:
    """Options of which one has to hold.

    Attributes:
        options: Each with its operations and what it makes of a row at the end.
    """

    options: tuple[tuple[tuple[Operation, ...], Callable[[Row], Row]], ...]

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Collect what comes of all options, each row once."""
        found: set[Row] = set()
        for operations, pick in self.options:
            for made in run(operations, rows, relations):
                before = len(found)
                found.update(map(pick, made))
                # These stay until all options are through.
                relations.meter.spend((len(found) - before) * _weight(rows))
        return list(found)


@dataclass(frozen=True, slots=True)
class Neither:
    """Conditions that must not hold together.

    Attributes:
        pick: What they depend on, picked out of a row.
        width: Of how many columns that is.
        operations: What they come to.
        predicates: The predicates that they read, at any depth.
        functions: The functions that they read.
    """

    pick: Callable[[Row], Row]
    width: int
    operations: tuple[Operation, ...]
    predicates: frozenset[str]
    functions: frozenset[str]

    def run(self, rows: Rows, relations: Relations) -> Rows:
        """Keep the rows of which they do not hold."""
        shaken = not self.predicates.isdisjoint(relations.shaken)
        if shaken or not self.functions.isdisjoint(relations.shaken_functions):
            return rows
        pick, width = self.pick, self.width
        refuted: set[Row] = set()
        for made in run(self.operations, list(set(map(pick, rows))), relations):
            refuted.update([row[:width] for row in made])
        return [row for row in rows if pick(row) not in refuted]


def _weight(rows: Rows) -> int:
    return 1 + len(rows[0]) // 8


def _too_many(rows: Rows, made: int) -> bool:
    return made * (1 + len(rows[0])) > MAX_CELLS and len(rows) > 1
