"""Names of our own for all that a task names, so that no parser takes one for a word of PDDL."""

from planners.pddl.formula import (
    EQUALS,
    OBJECT,
    TOTAL_COST,
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
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When
from planners.pddl.types import Types


class _Given(dict[str, str]):
    """Names given out as they are asked for: a letter and a number.

    Args:
        letter: With what they begin, so that no two kinds of things share one.
        kept: Names that stay as they are.
    """

    def __init__(self, letter: str, *kept: str) -> None:
        super().__init__()
        self._letter = letter
        self._kept = frozenset(kept)

    def __missing__(self, name: str) -> str:
        given = self[name] = name if name in self._kept else f"{self._letter}{len(self)}"
        return given


class Names:
    """Writes formulas, effects and numbers under names of our own.

    Negations are put in front of atoms, and only there; what stands in its like is joined with
    it; quantifiers of nothing are left out; conditions of effects do not stand under others.

    Args:
        everything: Whether `object` is written as a type below it, for ENHSP does not know
            the variables of quantifiers that have no other type.

    Attributes:
        types, objects, predicates, functions, actions, variables: Old names with new ones, as
            far as they were asked for.
    """

    def __init__(self, *, everything: bool = False) -> None:
        self.types = _Given("t", *[OBJECT] * (not everything))
        self.objects = _Given("o")
        self.predicates = _Given("p", EQUALS)
        self.functions = _Given("f", TOTAL_COST)
        self.actions = _Given("a")
        self.variables = _Given("?v")

    def kinds(self, types: Types) -> Types:
        """Rename types."""
        return tuple(self.types[name] for name in types)

    def parameters(self, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        """Rename variables and their types."""
        return tuple(
            Parameter(self.variables[each.name], self.kinds(each.types)) for each in parameters
        )

    def terms(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        """Rename variables and objects."""
        return tuple(
            self.variables[term] if term.startswith("?") else self.objects[term] for term in terms
        )

    def atom(self, atom: Atom) -> Atom:
        """Rename all in an atom."""
        return Atom(self.predicates[atom.predicate], self.terms(atom.terms))

    def function(self, term: FunctionTerm) -> FunctionTerm:
        """Rename all in a function of something."""
        return FunctionTerm(self.functions[term.function], self.terms(term.terms))

    def formula(self, formula: Formula, *, holds: bool = True) -> Formula:
        """Rename all in a formula, and put negations in front of its atoms.

        Args:
            formula: The formula.
            holds: Whether it is meant, or its negation.
        """
        match formula:
            case Atom() | Comparison():
                renamed = self.atom(formula) if isinstance(formula, Atom) else self._sides(formula)
                return renamed if holds else Not(renamed)
            case Not(operand):
                return self.formula(operand, holds=not holds)
            case Imply(premise, conclusion):
                return self.formula(Or((Not(premise), conclusion)), holds=holds)
            case And(operands) | Or(operands):
                kind: type[And | Or] = And if isinstance(formula, And) == holds else Or
                return _joined(kind, [self.formula(part, holds=holds) for part in operands])
            case Forall(parameters, body) | Exists(parameters, body):
                inner = self.formula(body, holds=holds)
                quantifier = Forall if isinstance(formula, Forall) == holds else Exists
                return quantifier(self.parameters(parameters), inner) if parameters else inner

    def _sides(self, comparison: Comparison) -> Comparison:
        left, right = map(self.expression, (comparison.left, comparison.right))
        return Comparison(comparison.operator, left, right)

    def expression(self, expression: Expression) -> Expression:
        """Rename all in a number."""
        match expression:
            case FunctionTerm():
                return self.function(expression)
            case Arithmetic(operator, operands):
                return Arithmetic(operator, tuple(map(self.expression, operands)))
        return expression

    def effect(self, effect: Effect) -> Effect:
        """Rename all in an effect."""
        match effect:
            case AtomEffect(atom, positive):
                return AtomEffect(self.atom(atom), positive)
            case AndEffect():
                return AndEffect(self._flat(effect))
            case ForallEffect((), inner):
                return self.effect(inner)
            case ForallEffect(parameters, inner):
                return ForallEffect(self.parameters(parameters), self.effect(inner))
            case When(condition, inner):
                return _under(self.formula(condition), self.effect(inner))
            case NumericEffect(operator, function, amount):
                return NumericEffect(operator, self.function(function), self.expression(amount))

    def _flat(self, effect: AndEffect) -> tuple[Effect, ...]:
        found: list[Effect] = []
        for part in map(self.effect, effect.effects):
            found.extend(part.effects if isinstance(part, AndEffect) else (part,))
        return tuple(found)


def _joined(kind: type[And | Or], parts: list[Formula]) -> Formula:
    """Join parts to one, those of the same kind with what is in them."""
    found: list[Formula] = []
    for part in parts:
        found.extend(
            part.operands if isinstance(part, And | Or) and isinstance(part, kind) else (part,)
        )
    return found[0] if len(found) == 1 else kind(tuple(found))


def _under(condition: Formula, effect: Effect) -> Effect:
    """Put an effect under a condition, those that have one already under both."""
    if isinstance(effect, When):
        return When(_joined(And, [condition, effect.condition]), effect.effect)
    if isinstance(effect, AndEffect) and any(isinstance(each, When) for each in effect.effects):
        return AndEffect(tuple(_under(condition, each) for each in effect.effects))
    return When(condition, effect)
