"""Formulas, effects and numbers as PDDL text. Whole tasks are written on the ground of this."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from planners.pddl.formula import (
    OBJECT,
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
    TotalTime,
    Violations,
)
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When
from planners.plan import decimal

_NOTHING: Mapping[str, str] = {}


def formula_text(formula: Formula, binding: Mapping[str, str] = _NOTHING) -> str:
    """Write a condition.

    Args:
        formula: The condition.
        binding: Objects to write in place of free variables.
    """
    match formula:
        case Atom(predicate, terms):
            return form(predicate, (binding.get(term, term) for term in terms))
        case Not(operand):
            return form("not", (formula_text(operand, binding),))
        case And(operands) | Or(operands):
            head = "and" if isinstance(formula, And) else "or"
            return form(head, (formula_text(part, binding) for part in operands))
        case Imply(premise, conclusion):
            return form("imply", (formula_text(part, binding) for part in (premise, conclusion)))
        case Forall(parameters, body) | Exists(parameters, body):
            hidden = {parameter.name for parameter in parameters}
            inner = {name: value for name, value in binding.items() if name not in hidden}
            head = "forall" if isinstance(formula, Forall) else "exists"
            return form(head, (f"({parameters_text(parameters)})", formula_text(body, inner)))
        case Comparison(operator, left, right):
            return form(operator, (expression_text(part, binding) for part in (left, right)))


def expression_text(expression: Expression, binding: Mapping[str, str] = _NOTHING) -> str:
    """Write a numeric expression.

    Args:
        expression: The expression.
        binding: Objects to write in place of variables.

    Raises:
        ValueError: if a number in it is no decimal, as none that was read is.
    """
    match expression:
        case Fraction():
            return decimal(expression)
        case FunctionTerm(function, terms):
            return form(function, (binding.get(term, term) for term in terms))
        case Arithmetic(operator, operands):
            return form(operator, (expression_text(part, binding) for part in operands))
        case StepDuration():
            return "?duration"
        case TotalTime():
            return "(total-time)"
        case Violations(preference):
            return form("is-violated", (preference,))


def effect_text(effect: Effect) -> str:
    """Write an effect."""
    match effect:
        case AtomEffect(atom, positive):
            return formula_text(atom if positive else Not(atom))
        case AndEffect(effects):
            return form("and", map(effect_text, effects))
        case ForallEffect(parameters, inner):
            return form("forall", (f"({parameters_text(parameters)})", effect_text(inner)))
        case When(condition, inner):
            return form("when", (formula_text(condition), effect_text(inner)))
        case NumericEffect(operator, function, amount):
            return form(operator, (str(function), expression_text(amount)))


def parameters_text(parameters: tuple[Parameter, ...]) -> str:
    """Write typed variables, without parentheses around."""
    return typed_text([(parameter.name, parameter.types) for parameter in parameters])


def typed_text(listed: list[tuple[str, tuple[str, ...]]], *, always: bool = False) -> str:
    """Write names with their types.

    Args:
        listed: Each name with its types.
        always: Whether types are written even where none says anything.
    """
    # A name without a type takes the next type in the list, so types are left out only
    # where no name has one.
    if not always and all(types == (OBJECT,) for _, types in listed):
        return " ".join(name for name, _ in listed)
    return " ".join(f"{name} - {_type(types)}" for name, types in listed)


def form(head: str, parts: Iterable[str]) -> str:
    """Write a word and what stands behind it in one pair of parentheses."""
    return "(" + " ".join((head, *parts)) + ")"


def _type(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else form("either", types)
