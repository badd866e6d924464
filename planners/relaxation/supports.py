"""How one atom comes to hold: looked up forwards, backwards and all at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planners.execution.queries import Query, QueryCompiler
from planners.execution.relations import Relations, row_picker
from planners.execution.rules import Fact
from planners.execution.state import GroundAtom
from planners.plan import Step
from planners.relaxation.producers import Producer

# What variables stand for, in their order.
Row: TypeAlias = tuple[str, ...]

_UNIT: tuple[Row, ...] = ((),)


@dataclass(frozen=True, slots=True)
class Instance:
    """A producer with objects in the place of its variables.

    Attributes:
        step: The step that is needed, or None.
        needs: What has to hold, of what can change.
        adds: What holds then.
    """

    step: Step | None
    needs: tuple[GroundAtom, ...]
    adds: tuple[GroundAtom, ...]


class Source:
    """A producer, and how it is looked up.

    Args:
        producer: The producer.
        compiler: Makes queries of what has to hold.

    Attributes:
        producer: The same.
        compiler: The same.
    """

    def __init__(self, producer: Producer, compiler: QueryCompiler) -> None:
        self.producer = producer
        self.compiler = compiler
        self.head = Fact("", producer.variables, True)
        self._needs = [_maker(fact, producer.variables) for fact in producer.needs]
        self._adds = [_maker(fact, producer.variables) for fact in producer.adds]
        self._all: Query | None = None

    def rows(self, relations: Relations) -> list[Row]:
        """Find all that its variables may stand for, sorted.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        if self._all is None:
            self._all = self.compiler.compile(self.producer.parts, (), self.head)
        return sorted(self._all.run(_UNIT, relations))

    def needs(self, row: Row) -> list[GroundAtom]:
        """Say what has to hold, of what can change."""
        return [make(row) for make in self._needs]

    def instance(self, row: Row) -> Instance:
        """Put objects in."""
        producer, step = self.producer, None
        if producer.action is not None:
            # The arguments are the first variables, behind the empty name of the head.
            step = Step(action=producer.action, arguments=row[1 : len(producer.arguments) + 1])
        return Instance(
            step, tuple(self.needs(row)), tuple(dict.fromkeys(make(row) for make in self._adds))
        )


class Support:
    """One atom that a producer makes hold.

    Args:
        source: The producer.
        add: The atom, one of those it adds.

    Attributes:
        source: The producer.
        add: The atom.
    """

    def __init__(self, source: Source, add: Fact) -> None:
        self.source = source
        self.add = add
        self._start = tuple(dict.fromkeys(term for term in add.terms if term[0] == "?"))
        self._matches = matcher(add, self._start)
        self._first: Query | None = None
        self._back: Query | None = None

    def begin(self, relations: Relations) -> set[GroundAtom]:
        """Find all atoms made to hold where no atom of a state is needed.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        if self._first is None:
            compiler = self.source.compiler
            self._first = compiler.compile(self.source.producer.parts, (), self.add)
        return self._first.run(_UNIT, relations)

    def rows_of(self, atom: GroundAtom, relations: Relations) -> set[Row]:
        """Find all that the variables may stand for where it is this atom that is made to hold.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        rows = self._matches((atom,))
        if not rows:
            return rows
        if self._back is None:
            source = self.source
            self._back = source.compiler.compile(source.producer.parts, self._start, source.head)
        return self._back.run(rows, relations)


def matcher(fact: Fact, variables: Sequence[str]) -> Callable[[Iterable[GroundAtom]], set[Row]]:
    """Make a function that finds what variables stand for where a fact is one of some atoms.

    Args:
        fact: Over these variables, and objects.
        variables: What is asked for, in this order.
    """
    first: dict[str, int] = {}
    fixed: list[tuple[int, str]] = []
    twins: list[tuple[int, int]] = []
    for at, term in enumerate(fact.terms, start=1):
        if term[0] != "?":
            fixed.append((at, term))
        elif term in first:
            twins.append((first[term], at))
        else:
            first[term] = at
    pick = row_picker(tuple(first[variable] for variable in variables))

    def matches(atoms: Iterable[GroundAtom]) -> set[Row]:
        for at, name in fixed:
            atoms = [atom for atom in atoms if atom[at] == name]
        for one, two in twins:
            atoms = [atom for atom in atoms if atom[one] == atom[two]]
        return set(map(pick, atoms))

    return matches


def _maker(fact: Fact, variables: tuple[str, ...]) -> Callable[[Row], GroundAtom]:
    """Make a function that makes a ground atom of a row that has an empty name in front."""
    names = (fact.predicate, *(term for term in fact.terms if term[0] != "?"))
    places = {variable: len(names) + 1 + at for at, variable in enumerate(variables)}
    constants = iter(range(1, len(names)))
    columns = (places[term] if term[0] == "?" else next(constants) for term in fact.terms)
    pick = row_picker((0, *columns))
    return lambda row: pick(names + row)
