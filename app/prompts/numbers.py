"""Numbers and what is computed with them, in words."""

from collections.abc import Callable
from fractions import Fraction

from planners.pddl.formula import (
    Arithmetic,
    Expression,
    FunctionTerm,
    StepDuration,
    TotalTime,
    Violations,
)


def number(value: Fraction) -> str:
    """Write a number without loss: as a decimal where that is exact, else as a fraction."""
    if value.denominator == 1 or value.denominator > 10**6:
        return str(value)
    decimal = str(float(value))
    return decimal if Fraction(decimal) == value else str(value)


def amount(expression: Expression, say_value: Callable[[FunctionTerm], str]) -> str:
    """Say an expression; what is computed first stands in parentheses.

    Args:
        expression: The expression.
        say_value: Says a function of terms.
    """
    match expression:
        case Fraction():
            said = number(expression)
        case FunctionTerm():
            said = say_value(expression)
        case Arithmetic(operator, (operand,)):
            said = f"{operator}({amount(operand, say_value)})"
        case Arithmetic(operator, operands):
            parts = (amount(operand, say_value) for operand in operands)
            said = f"({f' {operator} '.join(parts)})"
        case StepDuration():
            said = "the duration of the step"
        case TotalTime():
            said = "the time at which the last step ends"
        case Violations(preference):
            said = f"the number of violations of the preference {preference}"
    return said
