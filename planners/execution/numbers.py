"""Ground numbers: expressions and comparisons, computed exactly.

Numbers are rational, so nothing is rounded and strict is strict. An expression has no
value where it asks for a number that has none, or divides by zero.
"""

import operator as operators
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Protocol, TypeAlias

from planners.errors import BoundReached
from planners.execution.state import GroundAtom, Number
from planners.verdict import ConflictingEffects, DivisionByZero, UndefinedValue

# About 1,200 digits. Repeated squaring would double the digits with each step, and Python
# writes no whole number of more than 4,300; a fraction of this size written as a decimal
# has up to 4,000.
MAX_BITS = 4_000
_TOO_BIG = 1 << MAX_BITS

Values: TypeAlias = Mapping[GroundAtom, Number]


class Valued(Protocol):
    """What has numbers, such as a state."""

    @property
    def values(self) -> Values:
        """Those that have a value and can change."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """Why effects cannot take place.

    Attributes:
        kind: The class of the flaw.
        term: What its `term` is: the ground function term or division.
    """

    kind: type[UndefinedValue] | type[DivisionByZero] | type[ConflictingEffects]
    term: str


class Faulted(Exception):
    """A number cannot be computed. Leaves neither this module nor that of changes.

    Attributes:
        fault: Why.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number that is the same in every state.

    Attributes:
        amount: The number.
        text: As PDDL, before anything was computed.
    """

    amount: Number
    text: str

    def value(self, values: Values) -> Number:  # noqa: ARG002
        """Return it."""
        return self.amount

    def reads(self) -> Iterable[GroundAtom]:
        """Name the numbers that its value depends on."""
        return ()

    def __str__(self) -> str:
        return self.text

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 2 + len(self.text) // 100


@dataclass(frozen=True, slots=True)
class Fluent:
    """A number that steps change, or that has no value at all."""

    term: GroundAtom

    def value(self, values: Values) -> Number:
        """Look it up.

        Raises:
            Faulted: if it has none.
        """
        found = values.get(self.term)
        if found is None:
            raise Faulted(Fault(UndefinedValue, str(self)))
        return found

    def reads(self) -> Iterable[GroundAtom]:
        """Name the numbers that its value depends on."""
        return (self.term,)

    def __str__(self) -> str:
        return term_text(self.term)

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 1


_COMPUTE: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": lambda left, right: Fraction(left) / right,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on numbers; see `planners.pddl.formula.Arithmetic`."""

    operator: str
    operands: "tuple[GroundExpression, ...]"

    def value(self, values: Values) -> Number:
        """Compute it.

        Raises:
            Faulted: if an operand has none, or a divisor is zero.
            BoundReached: if the number has more than `MAX_BITS`.
        """
        first, *rest = [operand.value(values) for operand in self.operands]
        if not rest:
            return -first if self.operator == "-" else first
        if self.operator == "/" and 0 in rest:
            raise Faulted(Fault(DivisionByZero, str(self)))
        compute = _COMPUTE[self.operator]
        # One by one, so that no number grows past the bound on the way.
        return reduce(lambda left, right: bounded(compute(left, right)), rest, first)

    def reads(self) -> Iterable[GroundAtom]:
        """Name the numbers that its value depends on."""
        return [term for operand in self.operands for term in operand.reads()]

    def __str__(self) -> str:
        return "(" + " ".join((self.operator, *map(str, self.operands))) + ")"

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 2 + sum(operand.weight for operand in self.operands)


GroundExpression: TypeAlias = Fixed | Fluent | Operation


def value_of(expression: GroundExpression, values: Values) -> Number | None:
    """Return the value of an expression, or None where it has none.

    Raises:
        BoundReached: if a number has more than `MAX_BITS`.
    """
    try:
        return expression.value(values)
    except Faulted:
        return None


_COMPARE: Mapping[str, Callable[[Number, Number], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    "=": operators.eq,
    ">=": operators.ge,
    ">": operators.gt,
}


def compares(operator: str, left: Number | None, right: Number | None, *, positive: bool) -> bool:
    """Say whether a comparison, or its negation, holds.

    Where a value is missing neither holds.

    Args:
        operator: As in `planners.pddl.formula.Comparison`.
        left: The value of its left side, or None.
        right: The value of its right side, or None.
        positive: False for the negation.
    """
    if left is None or right is None:
        return False
    return _COMPARE[operator](left, right) is positive


@dataclass(frozen=True, slots=True)
class GroundComparison:
    """A comparison of two numbers, or its negation; see `compares`.

    Attributes:
        operator: As in `planners.pddl.formula.Comparison`.
        positive: False for the negation.
    """

    operator: str
    left: GroundExpression
    right: GroundExpression
    positive: bool = True

    def holds(self, state: Valued) -> bool:
        """Say whether it holds.

        Raises:
            BoundReached: if a number has more than `MAX_BITS`.
        """
        try:
            left, right = self.left.value(state.values), self.right.value(state.values)
        except Faulted:
            return False
        return _COMPARE[self.operator](left, right) is self.positive

    def reads(self) -> Iterable[GroundAtom]:
        """Name the numbers that it depends on."""
        return (*self.left.reads(), *self.right.reads())

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 1 + self.left.weight + self.right.weight


def bounded(value: Number) -> Number:
    """Return a number, as `int` where it is whole.

    Raises:
        BoundReached: if it has more than `MAX_BITS`.
    """
    if isinstance(value, int) and -_TOO_BIG < value < _TOO_BIG:
        return value
    if not -_TOO_BIG < value.numerator < _TOO_BIG or not value.denominator < _TOO_BIG:
        raise BoundReached("bits in one number", MAX_BITS)
    return value.numerator if value.denominator == 1 else value


def term_text(term: GroundAtom) -> str:
    """Write a ground atom or function term."""
    return "(" + " ".join(term) + ")"
