"""Hypothesis strategies: conditions, expressions and effects over given names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import strategies as st

from planners.pddl.formula import (
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
    StepDuration,
)
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When

TYPES = {
    "object": (),
    "thing": ("object",),
    "box": ("thing",),
    "lid": ("thing",),
    "place": ("object",),
    "odd": ("box", "place"),
}
DECLARABLE = (("object",), ("thing",), ("box",), ("lid",), ("place",), ("odd",), ("box", "lid"))
OPERATORS = ("increase", "increase", "decrease", "assign", "scale-up", "scale-down")
COST = FunctionTerm("total-cost")
Declared = Mapping[str, tuple[Parameter, ...]]


def below(own: str, wanted: str) -> bool:
    return wanted in ("object", own) or any(below(above, wanted) for above in TYPES[own])


def always_fits(declared: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(any(below(own, each) for each in wanted) for own in declared)


@dataclass(frozen=True)
class Names:
    """What may be named at one place of a task.

    Attributes:
        predicates: That conditions may name, with their parameters.
        changing: That effects may name.
        functions: Numeric ones; none outside the numeric levels.
        terms: Variables and objects in scope, with their types.
        depth: How many levels there may be below.
        duration: Whether `?duration` is in scope.
    """

    predicates: Declared
    changing: Declared
    functions: Declared
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depth: int = 3
    duration: bool = False

    def deeper(self, parameters: tuple[Parameter, ...] = ()) -> "Names":
        new = {parameter.name: parameter.types for parameter in parameters}
        return replace(self, terms={**self.terms, **new}, depth=self.depth - 1)

    def fitting(self, declared: Declared) -> list[tuple[str, list[list[str]]]]:
        """List what can be named, with the terms that fit at each place."""
        found = []
        for name, parameters in sorted(declared.items()):
            places = [
                [
                    term
                    for term, types in sorted(self.terms.items())
                    if always_fits(types, each.types)
                ]
                for each in parameters
            ]
            if all(places):
                found.append((name, places))
        return found


types = st.sampled_from((("object",), ("thing",), ("object",), *DECLARABLE))
decimals = st.integers(-300, 300).map(lambda hundredths: Fraction(hundredths, 100))
small = st.integers(-2, 4).map(Fraction)


@st.composite
def parameters(draw: st.DrawFn, most: int) -> tuple[Parameter, ...]:
    names = draw(st.lists(st.sampled_from(("?x", "?y", "?z")), unique=True, max_size=most))
    return tuple(Parameter(name, draw(types)) for name in names)


@st.composite
def atoms(draw: st.DrawFn, names: Names, declared: Declared, *, equality: bool = False) -> Atom:
    everything = sorted(names.terms)
    if equality and everything and draw(st.integers(0, 4)) == 0:
        return Atom("=", (draw(st.sampled_from(everything)), draw(st.sampled_from(everything))))
    predicate, places = draw(st.sampled_from(names.fitting(declared)))
    return Atom(predicate, tuple(draw(st.sampled_from(terms)) for terms in places))


@st.composite
def function_terms(draw: st.DrawFn, names: Names) -> FunctionTerm:
    function, places = draw(st.sampled_from(names.fitting(names.functions)))
    return FunctionTerm(function, tuple(draw(st.sampled_from(terms)) for terms in places))


@st.composite
def expressions(draw: st.DrawFn, names: Names, levels: int = 2) -> Expression:
    kinds = ["small", "decimal", "term", "term", *["duration"] * names.duration]
    kind = draw(st.sampled_from([*kinds, *["arithmetic"] * 2 * bool(levels)]))
    match kind:
        case "small":
            return draw(small)
        case "decimal":
            return draw(decimals)
        case "duration":
            return StepDuration()
        case "term":
            return draw(function_terms(names))
    operator = draw(st.sampled_from("+-*/"))
    least, most = {"+": (2, 3), "*": (2, 3), "-": (1, 2), "/": (2, 2)}[operator]
    inner = expressions(names, levels - 1)
    operands = draw(st.lists(inner, min_size=least, max_size=most))
    if operator == "-" and isinstance(operands[-1], Fraction) and len(operands) == 1:
        # The negation of a number is written as a number.
        return -operands[0]
    return Arithmetic(operator, tuple(operands))


@st.composite
def comparisons(draw: st.DrawFn, names: Names) -> Comparison:
    operator = draw(st.sampled_from(("<", "<=", "=", ">=", ">")))
    names = replace(names, duration=False)
    return Comparison(operator, draw(expressions(names)), draw(expressions(names, 1)))


@st.composite
def formulas(draw: st.DrawFn, names: Names) -> Formula:
    plain = ["atom", "atom", *["comparison"] * 2 * bool(names.functions)]
    nested = ["not", "and", "or", "imply", "forall", "exists"]
    kind = draw(st.sampled_from(plain + nested if names.depth > 0 else plain))
    inner = formulas(names.deeper())
    match kind:
        case "atom":
            return draw(atoms(names, names.predicates, equality=True))
        case "comparison":
            return draw(comparisons(names))
        case "not":
            return Not(draw(inner))
        case "and":
            return And(tuple(draw(st.lists(inner, max_size=3))))
        case "or":
            return Or(tuple(draw(st.lists(inner, max_size=3))))
        case "imply":
            return Imply(draw(inner), draw(inner))
    bound = draw(parameters(2))
    body = draw(formulas(names.deeper(bound)))
    return Forall(bound, body) if kind == "forall" else Exists(bound, body)


@st.composite
def effects(draw: st.DrawFn, names: Names) -> Effect:
    plain = ["add", "add", "delete", "cost", *["change"] * 2 * bool(names.functions)]
    nested = ["and", "and", "and", "forall", "when"]
    kind = draw(st.sampled_from(plain + nested if names.depth > 0 else plain))
    match kind:
        case "add" | "delete":
            return AtomEffect(draw(atoms(names, names.changing)), kind == "add")
        case "cost":
            return NumericEffect("increase", COST, draw(costs(names)))
        case "change":
            return draw(changes(names))
        case "and":
            return AndEffect(tuple(draw(st.lists(effects(names.deeper()), max_size=3))))
        case "when":
            return When(draw(formulas(names.deeper())), draw(effects(names.deeper())))
    bound = draw(parameters(2))
    return ForallEffect(bound, draw(effects(names.deeper(bound))))


@st.composite
def changes(draw: st.DrawFn, names: Names) -> NumericEffect:
    operator = draw(st.sampled_from(OPERATORS))
    return NumericEffect(operator, draw(function_terms(names)), draw(expressions(names)))


@st.composite
def changes_of_one_number(draw: st.DrawFn, names: Names) -> Effect:
    term = draw(function_terms(names))
    operators = st.sampled_from((("increase", "decrease"), ("scale-up", "scale-down"), ("assign",)))
    several = st.sampled_from(draw(operators) if draw(st.integers(0, 3)) else OPERATORS)
    each = st.builds(NumericEffect, several, st.just(term), expressions(names, 1))
    return AndEffect(tuple(draw(st.lists(each, min_size=2, max_size=3))))


@st.composite
def costs(draw: st.DrawFn, names: Names) -> Fraction | FunctionTerm:
    if draw(st.booleans()) or not names.terms:
        return abs(draw(decimals))
    return FunctionTerm("weight", (draw(st.sampled_from(sorted(names.terms))),))
