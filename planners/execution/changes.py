"""Changes of numbers that take place at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from planners.execution.numbers import (
    Fault,
    Faulted,
    Fixed,
    GroundExpression,
    Values,
    bounded,
    term_text,
)
from planners.execution.state import GroundAtom, Number
from planners.verdict import ConflictingEffects, DivisionByZero, UndefinedValue

_KINDS = {
    "assign": "assigns",
    "increase": "adds",
    "decrease": "adds",
    "scale-up": "scales",
    "scale-down": "scales",
}


@dataclass(frozen=True, slots=True)
class NumericChange:
    """A change of one number.

    Attributes:
        operator: As in `planners.pddl.model.NumericEffect`.
        term: What changes.
        amount: By how much, or to what; computed in the state before.
        defined: Whether what changes has a value in every state.
    """

    operator: str
    term: GroundAtom
    amount: GroundExpression
    defined: bool = False

    @property
    def gain(self) -> int | None:
        """By how much the number rises in every state, if that is a whole number."""
        if not self.defined or not isinstance(self.amount, Fixed):
            return None
        amount = self.amount.amount
        if not isinstance(amount, int) or self.operator not in {"increase", "decrease"}:
            return None
        return amount if self.operator == "increase" else -amount

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 2 + self.amount.weight


def new_numbers(
    changes: Iterable[NumericChange], values: Values
) -> dict[GroundAtom, Number] | Fault:
    """Compute what numbers are after changes that take place at once.

    Rises and falls of one number add up, and factors multiply up. To assign and to change
    otherwise, to assign two values, or to add and to scale are in conflict.

    Args:
        changes: The changes.
        values: The numbers before.

    Returns:
        The new values of those that change, or the first fault.

    Raises:
        BoundReached: if a number has more than `MAX_BITS`.
    """
    found: dict[GroundAtom, Number] = {}
    kinds: dict[GroundAtom, str] = {}
    try:
        for change in changes:
            term, kind = change.term, _KINDS[change.operator]
            amount = change.amount.value(values)
            if kinds.setdefault(term, kind) != kind or (
                kind == "assigns" and found.get(term, amount) != amount
            ):
                return Fault(ConflictingEffects, term_text(term))
            before = found.get(term) if term in found else values.get(term)
            found[term] = bounded(_changed(change, before, amount))
    except Faulted as reason:
        return reason.fault
    return found


def _changed(change: NumericChange, before: Number | None, amount: Number) -> Number:
    operator = change.operator
    if operator == "assign":
        return amount
    if before is None:
        raise Faulted(Fault(UndefinedValue, term_text(change.term)))
    if operator == "increase":
        return before + amount
    if operator == "decrease":
        return before - amount
    if operator == "scale-up":
        return before * amount
    if amount == 0:
        text = f"(/ {term_text(change.term)} {change.amount})"
        raise Faulted(Fault(DivisionByZero, text))
    return Fraction(before) / amount
