"""Variables of a formula under other names."""

from collections.abc import Mapping

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
)


def renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    """Put other variables in place of free ones.

    Args:
        formula: Where they stand.
        names: The new name of each; no quantifier of the formula may have one of them.
    """
    match formula:
        case Atom(predicate, terms):
            return Atom(predicate, _terms(terms, names))
        case Not(operand):
            return Not(renamed(operand, names))
        case And(operands) | Or(operands):
            return type(formula)(tuple(renamed(each, names) for each in operands))
        case Imply(premise, conclusion):
            return Imply(renamed(premise, names), renamed(conclusion, names))
        case Forall(parameters, body) | Exists(parameters, body):
            bound = {each.name for each in parameters}
            inner = {old: new for old, new in names.items() if old not in bound}
            return type(formula)(parameters, renamed(body, inner))
        case Comparison(operator, left, right):
            return Comparison(operator, _computed(left, names), _computed(right, names))


def _computed(expression: Expression, names: Mapping[str, str]) -> Expression:
    match expression:
        case FunctionTerm(function, terms):
            return FunctionTerm(function, _terms(terms, names))
        case Arithmetic(operator, operands):
            return Arithmetic(operator, tuple(_computed(each, names) for each in operands))
    return expression


def _terms(terms: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(term, term) for term in terms)
