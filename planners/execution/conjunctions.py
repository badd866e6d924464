"""In what order the parts of a conjunction are looked up.

What can be checked is checked at once. Then the atom with the fewest expected matches
tells the next variables. Objects are enumerated where no atom tells a variable.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from planners.execution.arithmetic import NumberCompiler
from planners.execution.checks import Compare, Equal, Fails, Holds, Member, Settled
from planners.execution.estimates import Estimates
from planners.execution.joins import (
    Drop,
    Either,
    Enumerate,
    Find,
    Finds,
    Neither,
    Operation,
    Picked,
    Repeat,
    Row,
)
from planners.execution.layout import Layout
from planners.execution.relations import Arrangement, picker, row_picker
from planners.execution.rules import AnyOf, Body, Fact, NoneOf, Of, Part, Same, Test, read

# What is checked first, as it is cheapest.
_RANKS: dict[type, int] = {Of: 0, Same: 0, Fact: 1, Test: 2, AnyOf: 3, NoneOf: 4}


class Conjunction:
    """One conjunction on the way to operations.

    Args:
        estimates: What is known of the task.
        parts: What has to hold.
        places: The columns of rows at the beginning.
        floor: How many columns in front have to be kept as they are.
        wanted: The variables that are asked for at the end.
    """

    def __init__(
        self,
        estimates: Estimates,
        parts: Iterable[Part],
        places: Mapping[str, int],
        floor: int,
        wanted: Iterable[str],
    ) -> None:
        self._estimates = estimates
        self._waiting = sorted(parts, key=lambda part: _RANKS[type(part)])
        self.places = dict(places)
        self._width = len(places)
        self._floor = floor
        self._types = {part.variable: part.types for part in self._waiting if isinstance(part, Of)}
        self._uses = Counter(wanted)
        for part in self._waiting:
            self._uses.update(part.free)

    def operations(self) -> Iterator[Operation]:
        """Order the parts. Afterwards `places` has the columns of what comes out."""
        while True:
            yield from self._checks()
            if not self._waiting:
                return
            yield from self._drop()
            part = min(self._waiting, key=self._expense)
            self._waiting.remove(part)
            self._uses.subtract(part.free)
            yield from self._tell(part)

    def _checks(self) -> Iterator[Operation]:
        waiting: list[Part] = []
        for part in self._waiting:
            if part.free <= self.places.keys():
                self._uses.subtract(part.free)
                yield from self._check(part)
            else:
                waiting.append(part)
        self._waiting = waiting

    def _check(self, part: Part) -> Iterator[Operation]:
        places, world = self.places, self._estimates.world
        match part:
            case Of(variable, types):
                names = frozenset(world.objects_of(types))
                if len(names) < len(world.task.objects):
                    yield Member(places[variable], names)
            case Same(left, right, positive):
                yield from self._same(left, right, positive=positive)
            case Fact(predicate, terms, positive) if not part.free:
                yield Settled((predicate, *terms), positive)
            case Fact(predicate, _, positive):
                picked = self.picked(part)
                yield Holds(predicate, picked) if positive else Fails(predicate, picked)
            case Test():
                yield self._compare(part)
            case AnyOf():
                yield self._either(part, ())
            case NoneOf(body):
                yield self._neither(body)

    def _drop(self) -> Iterator[Operation]:
        used = [
            (name, at)
            for name, at in self.places.items()
            if at < self._floor or self._uses[name] > 0
        ]
        if len(used) < len(self.places):
            self.places = {name: place for place, (name, _) in enumerate(used)}
            self._width = len(used)
            yield Drop(row_picker(tuple(at for _, at in used)))

    def _expense(self, part: Part) -> tuple[int, float]:
        match part:
            case Same(left, right, True) if self._known(left) or self._known(right):
                return (0, 0)
            case Fact(_, _, True):
                return (1, self._estimates.matches(part, self.places))
            case AnyOf():
                return (2, 0)
            case Of(_, types):
                return (3, len(self._estimates.world.objects_of(types)))
            case _:
                return (4, 0)

    def _tell(self, part: Part) -> Iterator[Operation]:
        match part:
            case Same(left, right, _):
                known, new = (left, right) if self._known(left) else (right, left)
                known_place = self.places.get(known)
                yield Enumerate((known,)) if known_place is None else Repeat(known_place)
                self._add(new)
            case Fact():
                yield from self._find(part)
            case AnyOf():
                further = tuple(sorted(part.free - self.places.keys()))
                yield self._either(part, further)
                for variable in further:
                    self._add(variable)
            case Of(variable, types):
                names = self._estimates.world.objects_of(types)
                # Where nobody asks which object it is, there only has to be one.
                yield Enumerate(names if self._uses[variable] > 0 else names[:1])
                self._add(variable)
            case _:
                message = f"{part} has a variable of no type"
                raise AssertionError(message)

    def _find(self, fact: Fact) -> Iterator[Operation]:
        keys: list[int] = []
        first: dict[str, int] = {}
        twins: list[tuple[int, int]] = []
        for at, term in enumerate(fact.terms, start=1):
            if self._known(term):
                keys.append(at)
            elif term in first:
                twins.append((first[term], at))
            else:
                first[term] = at
        for variable in first:
            self._settle_type(variable, fact)
        asked = {variable: at for variable, at in first.items() if self._uses[variable] > 0}
        values = tuple(asked.values())
        arrangement = Arrangement(fact.predicate, tuple(keys), values, tuple(twins))
        key = self._columns(tuple(fact.terms[at - 1] for at in keys), picker)
        yield Find(arrangement, key) if values else Finds(arrangement, key)
        for variable in asked:
            self._add(variable)

    def _settle_type(self, variable: str, fact: Fact) -> None:
        types = self._types.get(variable)
        if types is not None and self._estimates.certain(variable, types, fact):
            self._waiting.remove(Of(variable, types))
            self._uses[variable] -= 1
            del self._types[variable]

    def _either(self, part: AnyOf, new: tuple[str, ...]) -> Either:
        options = []
        for option in part.options:
            members = tuple(Of(variable, self._types[variable]) for variable in new)
            inner = Conjunction(
                self._estimates, (*option.parts, *members), self.places, self._width, new
            )
            operations = tuple(inner.operations())
            columns = (*range(self._width), *(inner.places[variable] for variable in new))
            options.append((operations, row_picker(columns)))
        return Either(tuple(options))

    def _neither(self, body: Body) -> Neither:
        known = [name for name in self.places if name in body.free]
        places = {name: place for place, name in enumerate(known)}
        inner = Conjunction(self._estimates, body.parts, places, len(known), ())
        operations = tuple(inner.operations())
        columns = row_picker(tuple(self.places[name] for name in known))
        return Neither(columns, len(known), operations, *read(body.parts))

    def _compare(self, test: Test) -> Compare:
        variables = tuple(sorted(test.free))
        layout = Layout(variables)
        numbers = NumberCompiler(layout, self._estimates.world)
        lifted = numbers.comparison(test.comparison, layout.places, positive=test.positive)
        columns = row_picker(tuple(self.places[variable] for variable in variables))
        template = tuple(layout.template[len(variables) :])
        functions = frozenset(term.function for term in test.functions)
        return Compare(columns, template, lifted, test.holds, functions)

    def picked(self, fact: Fact) -> Picked:
        """Say how to make a ground atom of a row, as it is now."""
        return self._columns((fact.predicate, *fact.terms), row_picker, head=1)

    def _columns(
        self,
        terms: tuple[str, ...],
        pick: Callable[[tuple[int, ...]], Callable[[Row], Any]],
        *,
        head: int = 0,
    ) -> Picked:
        # Constants are put in front of a row where they are needed; in all rows they would
        # be carried along, and a task may have many.
        fixed = [at for at, term in enumerate(terms) if at < head or term[0] != "?"]
        places = {at: place for place, at in enumerate(fixed)}
        columns = tuple(
            places[at] if at in places else len(fixed) + self.places[term]
            for at, term in enumerate(terms)
        )
        return Picked(tuple(terms[at] for at in fixed), pick(columns))

    def _known(self, term: str) -> bool:
        return term[0] != "?" or term in self.places

    def _same(self, left: str, right: str, *, positive: bool) -> Iterator[Operation]:
        if left[0] != "?":
            left, right = right, left
        if left[0] != "?":
            if (left == right) is not positive:
                yield Either(())
        elif right[0] == "?":
            yield Equal(self.places[left], self.places[right], positive)
        else:
            yield Member(self.places[left], frozenset((right,)), positive)

    def _add(self, variable: str) -> None:
        self.places[variable] = self._width
        self._width += 1
