"""Objects put into formulas in place of variables, and numbers in place of `?duration`."""

from collections.abc import Mapping
from fractions import Fraction

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
    TotalTime,
    Violations,
)
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    NumericEffect,
    When,
)

Binding = Mapping[str, str]


def put_in(formula: Formula, binding: Binding, duration: Fraction | None = None) -> Formula:
    match formula:
        case Atom(predicate, terms):
            return Atom(predicate, named(terms, binding))
        case Comparison(operator, left, right):
            return Comparison(
                operator,
                put_in_expression(left, binding, duration),
                put_in_expression(right, binding, duration),
            )
        case Not(operand):
            return Not(put_in(operand, binding, duration))
        case And(operands):
            return And(tuple(put_in(operand, binding, duration) for operand in operands))
        case Or(operands):
            return Or(tuple(put_in(operand, binding, duration) for operand in operands))
        case Imply(premise, conclusion):
            return Imply(put_in(premise, binding, duration), put_in(conclusion, binding, duration))
        case Forall(parameters, body):
            return Forall(parameters, put_in(body, without(binding, parameters), duration))
        case Exists(parameters, body):
            return Exists(parameters, put_in(body, without(binding, parameters), duration))


def put_in_expression(
    expression: Expression, binding: Binding, duration: Fraction | None = None
) -> Expression:
    match expression:
        case FunctionTerm(function, terms):
            return FunctionTerm(function, named(terms, binding))
        case Arithmetic(operator, operands):
            parts = (put_in_expression(operand, binding, duration) for operand in operands)
            return Arithmetic(operator, tuple(parts))
        case StepDuration() if duration is not None:
            return duration
        case _:
            return expression


def put_in_effect(effect: Effect, binding: Binding, duration: Fraction | None = None) -> Effect:
    match effect:
        case AtomEffect(Atom(predicate, terms), positive):
            return AtomEffect(Atom(predicate, named(terms, binding)), positive)
        case AndEffect(effects):
            return AndEffect(tuple(put_in_effect(inner, binding, duration) for inner in effects))
        case When(condition, inner):
            return When(
                put_in(condition, binding, duration), put_in_effect(inner, binding, duration)
            )
        case ForallEffect(parameters, inner):
            rest = without(binding, parameters)
            return ForallEffect(parameters, put_in_effect(inner, rest, duration))
        case NumericEffect(operator, FunctionTerm(function, terms), amount):
            return NumericEffect(
                operator,
                FunctionTerm(function, named(terms, binding)),
                put_in_expression(amount, binding, duration),
            )


def put_in_totals(
    expression: Expression, makespan: Fraction, violations: Mapping[str, int]
) -> Expression:
    """Write what a plan took as a whole in place of `total-time` and `is-violated`."""
    match expression:
        case TotalTime():
            return makespan
        case Violations(preference):
            return Fraction(violations.get(preference, 0))
        case Arithmetic(operator, operands):
            parts = (put_in_totals(operand, makespan, violations) for operand in operands)
            return Arithmetic(operator, tuple(parts))
        case _:
            return expression


def named(terms: tuple[str, ...], binding: Binding) -> tuple[str, ...]:
    return tuple(binding.get(term, term) for term in terms)


def without(binding: Binding, parameters: tuple[Parameter, ...]) -> Binding:
    hidden = {parameter.name for parameter in parameters}
    return {name: value for name, value in binding.items() if name not in hidden}
