"""Axioms in a form for joining: negations pushed in, quantifiers told by their variables.

A body is a conjunction. Each variable that is quantified in it has an `Of` among its parts;
variables are renamed so that no two are called alike.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

from planners.pddl.formula import Comparison, FunctionTerm
from planners.pddl.types import Types
from planners.pddl.walks import functions_in

_NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fact:
    """An atom that has to hold, or must not."""

    predicate: str
    terms: tuple[str, ...]
    positive: bool

    @property
    def free(self) -> frozenset[str]:
        """The variables whose values it depends on."""
        return _variables(self.terms)


@dataclass(frozen=True, slots=True)
class Same:
    """An equality of two terms."""

    left: str
    right: str
    positive: bool

    @property
    def free(self) -> frozenset[str]:
        """The variables whose values it depends on."""
        return _variables((self.left, self.right))


@dataclass(frozen=True, slots=True)
class Of:
    """A variable stands for an object of one of some types."""

    variable: str
    types: Types

    @property
    def free(self) -> frozenset[str]:
        """The variables whose values it depends on."""
        return frozenset((self.variable,))


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison.

    Attributes:
        comparison: What is compared.
        positive: False for its negation, which does not hold either where a number has no
            value.
        holds: False where that must not hold, for whatever reason.
    """

    comparison: Comparison
    positive: bool
    holds: bool

    @property
    def free(self) -> frozenset[str]:
        """The variables whose values it depends on."""
        return _variables(tuple(term for each in self.functions for term in each.terms))

    @property
    def functions(self) -> tuple[FunctionTerm, ...]:
        """The function terms that it reads."""
        return (*functions_in(self.comparison.left), *functions_in(self.comparison.right))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Bodies of which one has to hold."""

    options: "tuple[Body, ...]"
    free: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        free = _NO_NAMES.union(*(option.free for option in self.options))
        object.__setattr__(self, "free", free)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """A body that must not hold, whatever its own variables stand for."""

    body: "Body"

    @property
    def free(self) -> frozenset[str]:
        """The variables whose values it depends on."""
        return self.body.free


Part: TypeAlias = Fact | Same | Of | Test | AnyOf | NoneOf


@dataclass(frozen=True, slots=True)
class Body:
    """A conjunction.

    Attributes:
        parts: All of them have to hold.
        free: The variables that are not its own.
    """

    parts: tuple[Part, ...]
    free: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        own = {part.variable for part in self.parts if isinstance(part, Of)}
        free = _NO_NAMES.union(*(part.free for part in self.parts)) - own
        object.__setattr__(self, "free", free)


@dataclass(frozen=True, slots=True)
class Rule:
    """An axiom in a form for joining.

    Attributes:
        predicate: What it derives.
        variables: The terms of what it derives, all of them variables.
        body: What has to hold.
    """

    predicate: str
    variables: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """A place where a rule reads a predicate or a function.

    Attributes:
        name: The predicate or function.
        terms: Its terms there.
        helps: Whether the rule can derive more when an atom comes to hold; less when one
            ceases to. None for a function.
        path: From the root, the bodies on the way with the index of the part that leads on.
    """

    name: str
    terms: tuple[str, ...]
    helps: bool | None
    path: tuple[tuple[Body, int], ...]

    def siblings(self, fixed: AbstractSet[str]) -> tuple[Part, ...]:
        """List what has to hold besides, for what is derived to depend on this place.

        Args:
            fixed: Predicates that never change. Inside a `NoneOf` only these tell which
                instances matter, as anything else may be as it was or as it is.
        """
        found: list[Part] = []
        inside = False
        variables = set(_variables(self.terms))
        for body, index in self.path:
            if inside:
                others = [part for at, part in enumerate(body.parts) if at != index]
                facts = [each for each in others if isinstance(each, Fact) and each.positive]
                known = [each for each in facts if each.predicate in fixed]
                variables.update(*(each.free for each in known))
                found += known
                found += (
                    each for each in others if isinstance(each, Of) and each.variable in variables
                )
                continue
            part = body.parts[index]
            inside = isinstance(part, NoneOf)
            keep = inside or isinstance(part, Test)
            found += (each for at, each in enumerate(body.parts) if keep or at != index)
        return tuple(found)


def occurrences(body: Body) -> Iterator[Occurrence]:
    """Run through all places of a body that read something."""
    front: list[tuple[Body, bool, tuple[tuple[Body, int], ...]]] = [(body, True, ())]
    while front:
        inner, helps, path = front.pop()
        for index, part in enumerate(inner.parts):
            here = (*path, (inner, index))
            match part:
                case Fact(predicate, terms, positive):
                    yield Occurrence(predicate, terms, positive is helps, here)
                case Test():
                    for each in part.functions:
                        yield Occurrence(each.function, each.terms, None, here)
                case AnyOf(options):
                    front.extend((option, helps, here) for option in options)
                case NoneOf(refuted):
                    front.append((refuted, not helps, here))
                case _:
                    pass


def without(body: Body, predicates: frozenset[str]) -> Body | None:
    """Simplify a body where no atom of some predicates holds; None where it cannot hold."""
    parts: list[Part] = []
    for part in body.parts:
        if isinstance(part, Fact) and part.positive and part.predicate in predicates:
            return None
        if isinstance(part, AnyOf):
            simple = [without(option, predicates) for option in part.options]
            left = tuple(option for option in simple if option is not None)
            if not left:
                return None
            parts.append(AnyOf(left))
        else:
            parts.append(part)
    return Body(tuple(parts))


def _variables(terms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(term for term in terms if term[0] == "?")


def read(parts: Iterable[Part]) -> tuple[frozenset[str], frozenset[str]]:
    """Collect the predicates and the functions that are read."""
    found = list(occurrences(Body(tuple(parts))))
    predicates = frozenset(each.name for each in found if each.helps is not None)
    return predicates, frozenset(each.name for each in found if each.helps is None)


def size(parts: Iterable[Part]) -> tuple[int, int]:
    """Count parts at any depth, and what it takes to order them."""
    total, variables = 1, 0
    front = list(parts)
    while front:
        part = front.pop()
        total += 1
        variables += isinstance(part, Of)
        if isinstance(part, AnyOf):
            front.extend(inner for option in part.options for inner in option.parts)
        elif isinstance(part, NoneOf):
            front.extend(part.body.parts)
    return total, total * variables // 2
