"""Axioms brought into the form for joining."""

from collections.abc import Mapping

from planners.execution.rules import (
    AnyOf,
    Body,
    Fact,
    NoneOf,
    Of,
    Part,
    Rule,
    Same,
    Test,
)
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
from planners.pddl.model import Axiom


def rule_of(axiom: Axiom) -> Rule:
    """Bring an axiom into the form for joining."""
    reader = _Reader()
    scope = reader.rename(axiom.parameters, {})
    parts = reader.members(axiom.parameters, scope)
    parts += reader.parts(axiom.body, scope, positive=True, holds=True)
    variables = tuple(scope[parameter.name] for parameter in axiom.parameters)
    return Rule(axiom.predicate, variables, Body(tuple(parts)))


class _Reader:
    """Reads the formula of one axiom, and never gives two variables one name."""

    def __init__(self) -> None:
        self._named = 0

    def rename(self, parameters: tuple[Parameter, ...], scope: Mapping[str, str]) -> dict[str, str]:
        """Give new names to variables, and return the scope behind them."""
        inner = dict(scope)
        for parameter in parameters:
            self._named += 1
            inner[parameter.name] = f"{parameter.name}#{self._named}"
        return inner

    def members(self, parameters: tuple[Parameter, ...], scope: Mapping[str, str]) -> list[Part]:
        """Say of what types variables are."""
        return [Of(scope[parameter.name], parameter.types) for parameter in parameters]

    def parts(
        self, formula: Formula, scope: Mapping[str, str], *, positive: bool, holds: bool
    ) -> list[Part]:
        """Read a formula as a conjunction.

        Args:
            formula: The formula.
            scope: The new names of the variables in scope.
            positive: False for its negation.
            holds: False where that must not hold. This is not the same as holding of the
                negation where a number has no value.
        """
        found: list[Part] = []
        front = [(formula, positive, scope)]
        while front:
            part, sign, names = front.pop()
            true = sign is holds
            match part:
                case Not(operand):
                    front.append((operand, not sign, names))
                case And(operands) | Or(operands) if isinstance(part, And) is true:
                    front.extend((operand, sign, names) for operand in reversed(operands))
                case And(operands) | Or(operands):
                    signed = [(operand, sign) for operand in operands]
                    found.append(self._any_of(signed, names, holds=holds))
                case Imply(premise, conclusion) if true:
                    signed = [(premise, not sign), (conclusion, sign)]
                    found.append(self._any_of(signed, names, holds=holds))
                case Imply(premise, conclusion):
                    front.extend(((conclusion, sign, names), (premise, not sign, names)))
                case Forall(parameters, body) | Exists(parameters, body):
                    inner = self.rename(parameters, names)
                    members = self.members(parameters, inner)
                    if isinstance(part, Exists) is true:
                        found += members
                        front.append((body, sign, inner))
                    else:
                        refuted = self.parts(body, inner, positive=sign, holds=not holds)
                        found.append(NoneOf(Body((*members, *refuted))))
                case Comparison():
                    found.append(Test(_renamed(part, names), sign, holds))
                case Atom():
                    found.append(_literal(part, names, positive=true))
        return found

    def _any_of(
        self, signed: list[tuple[Formula, bool]], names: Mapping[str, str], *, holds: bool
    ) -> AnyOf:
        return AnyOf(
            tuple(
                Body(tuple(self.parts(operand, names, positive=sign, holds=holds)))
                for operand, sign in signed
            )
        )


def _literal(atom: Atom, names: Mapping[str, str], *, positive: bool) -> Fact | Same:
    terms = tuple(names.get(term, term) for term in atom.terms)
    if atom.predicate == EQUALS:
        return Same(terms[0], terms[1], positive)
    return Fact(atom.predicate, terms, positive)


def _renamed(comparison: Comparison, names: Mapping[str, str]) -> Comparison:
    def rename(expression: Expression) -> Expression:
        match expression:
            case FunctionTerm(function, terms):
                return FunctionTerm(function, tuple(names.get(term, term) for term in terms))
            case Arithmetic(operator, operands):
                return Arithmetic(operator, tuple(rename(operand) for operand in operands))
            case _:
                return expression

    return Comparison(comparison.operator, rename(comparison.left), rename(comparison.right))
