"""The values of ground expressions, exactly."""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from operator import add, mul

from planners.pddl.formula import Arithmetic, Expression, FunctionTerm

Values = Mapping[FunctionTerm, Fraction]


def value(expression: Expression, values: Values) -> Fraction | None:
    """Return a value, or None where there is none."""
    match expression:
        case Fraction():
            return expression
        case FunctionTerm():
            return values.get(expression)
        case Arithmetic(operator, operands):
            parts = [value(operand, values) for operand in operands]
            if any(part is None for part in parts):
                return None
            return computed(operator, parts)
    message = f"{expression} has no value in a state"
    raise TypeError(message)


def computed(operator: str, parts: list[Fraction]) -> Fraction | None:
    match operator, parts:
        case "+", _:
            return reduce(add, parts)
        case "*", _:
            return reduce(mul, parts)
        case "-", [only]:
            return -only
        case "-", [left, right]:
            return left - right
        case "/", [left, right]:
            return left / right if right else None
    message = f"({operator} …) of {len(parts)} operands"
    raise TypeError(message)


def troubles(expression: Expression, values: Values) -> set[tuple[str, str]]:
    """Collect why an expression has no value: undefined terms, and divisions by zero."""
    match expression:
        case FunctionTerm():
            return set() if expression in values else {("undefined", str(expression))}
        case Arithmetic(operator, operands):
            found = set[tuple[str, str]]().union(*(troubles(each, values) for each in operands))
            if not found and value(expression, values) is None:
                assert operator == "/"
                return {("division", "")}
            return found
    return set()


def terms_of(expression: Expression) -> set[FunctionTerm]:
    """Collect the function terms that are read."""
    match expression:
        case FunctionTerm():
            return {expression}
        case Arithmetic(_, operands):
            return set[FunctionTerm]().union(*map(terms_of, operands))
    return set()
