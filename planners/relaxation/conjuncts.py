"""Conditions relaxed: what is left of a formula where nothing is ever deleted.

A condition becomes one or more conjunctions, of which one has to hold. They hold wherever the
condition may hold in some state: a negation of what can change is taken for true, and so are
a comparison of numbers that can change and whatever would come to too many conjunctions.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from planners.execution.rules import Fact, Of, Part, Same, Test
from planners.execution.world import World
from planners.pddl.formula import (
    EQUALS,
    And,
    Arithmetic,
    Atom,
    Comparison,
    Exists,
    Expression,
    Forall,
    Formula,
    FunctionTerm,
    Imply,
    Not,
    Or,
    Parameter,
)
from planners.pddl.renaming import renamed

MAX_OPTIONS = 32
MAX_INSTANCES = 64
# What of one schema is past so many parts is taken for true.
MAX_PARTS = 20_000

Scope: TypeAlias = Mapping[str, str]
Conjunct: TypeAlias = tuple[Part, ...]
Options: TypeAlias = tuple[Conjunct, ...]

TRUE: Options = ((),)
FALSE: Options = ()


class Relaxer:
    """Relaxes the conditions of one schema, and never gives two variables one name.

    Args:
        world: What can change, and what the variables range over.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._reached = world.changing | world.derived
        self._named = 0
        self._left = MAX_PARTS

    def bind(self, parameters: tuple[Parameter, ...], scope: Scope) -> tuple[Scope, Conjunct]:
        """Give new names to variables: the scope behind them, and of what types they are."""
        inner = dict(scope)
        for parameter in parameters:
            self._named += 1
            inner[parameter.name] = f"{parameter.name}#{self._named}"
        return inner, tuple(Of(inner[each.name], each.types) for each in parameters)

    def options(self, formula: Formula, scope: Scope, *, positive: bool = True) -> Options:
        """Relax a formula.

        Args:
            formula: The formula.
            scope: What stands for the variables in scope: other variables, or objects.
            positive: False for its negation.
        """
        self._left -= 1
        return self._read(formula, scope, positive=positive) if self._left >= 0 else TRUE

    def _read(self, formula: Formula, scope: Scope, *, positive: bool) -> Options:
        match formula:
            case Atom():
                return self._atom(formula, scope, positive=positive)
            case Comparison():
                return self._comparison(formula, scope, positive=positive)
            case Not(operand):
                return self.options(operand, scope, positive=not positive)
            case Imply(premise, conclusion):
                return self.options(Or((Not(premise), conclusion)), scope, positive=positive)
            case And(operands) | Or(operands):
                each = (self.options(one, scope, positive=positive) for one in operands)
                return together(each) if isinstance(formula, And) is positive else one_of(each)
            case Exists() | Forall():
                return self._quantified(formula, scope, positive=positive)

    def _quantified(self, formula: Exists | Forall, scope: Scope, *, positive: bool) -> Options:
        if isinstance(formula, Exists) is positive:
            inner, members = self.bind(formula.parameters, scope)
            found = self.options(formula.body, inner, positive=positive)
            return tuple((*members, *option) for option in found)
        scopes = self._instances(formula.parameters, scope)
        if scopes is None:
            return TRUE
        return together(self.options(formula.body, one, positive=positive) for one in scopes)

    def _atom(self, atom: Atom, scope: Scope, *, positive: bool) -> Options:
        terms = tuple(scope.get(term, term) for term in atom.terms)
        if atom.predicate == EQUALS:
            return ((Same(terms[0], terms[1], positive),),)
        if not positive and atom.predicate in self._reached:
            return TRUE
        return ((Fact(atom.predicate, terms, positive),),)

    def _comparison(self, comparison: Comparison, scope: Scope, *, positive: bool) -> Options:
        sides = (comparison.left, comparison.right)
        if not all(_known(side, self._world.changing_functions) for side in sides):
            return TRUE
        named = renamed(comparison, scope)
        assert isinstance(named, Comparison), "a comparison stays one under other names"
        return ((Test(named, positive, True),),)

    def _instances(self, parameters: tuple[Parameter, ...], scope: Scope) -> list[Scope] | None:
        """List what variables may stand for, or None where that is too much."""
        ranges = [self._world.objects_of(parameter.types) for parameter in parameters]
        number = 1
        for names in ranges:
            number *= len(names)
        if number > MAX_INSTANCES:
            return None
        variables = [parameter.name for parameter in parameters]
        return [{**scope, **dict(zip(variables, names, strict=True))} for names in product(*ranges)]


def together(several: Iterable[Options]) -> Options:
    """Ask for all of several conditions; leave out one that would make too many options."""
    found = TRUE
    for options in several:
        if not options:
            return FALSE
        if len(found) * len(options) <= MAX_OPTIONS:
            found = tuple((*left, *right) for left in found for right in options)
    return found


def one_of(several: Iterable[Options]) -> Options:
    """Ask for one of several conditions."""
    found = tuple(dict.fromkeys(option for options in several for option in options))
    return TRUE if () in found or len(found) > MAX_OPTIONS else found


def _known(expression: Expression, changing: frozenset[str]) -> bool:
    """Say whether a number is the same in every state."""
    front = [expression]
    while front:
        match front.pop():
            case Fraction():
                pass
            case Arithmetic(_, operands):
                front.extend(operands)
            case FunctionTerm(function, _) if function not in changing:
                pass
            case _:
                return False
    return True
