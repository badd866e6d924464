"""Why a condition does not hold: read from the formula as written, not as prepared.

This is slower than `Condition.holds` and only called where that said no.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from planners.condition import Compound, Condition, Inequality, Literal
from planners.errors import BoundReached
from planners.execution.arithmetic import ground_expression
from planners.execution.meter import Meter
from planners.execution.numbers import compares, value_of
from planners.execution.ranges import Ranges
from planners.execution.state import State
from planners.execution.world import World
from planners.pddl.formula import (
    EQUALS,
    And,
    Atom,
    Comparison,
    Exists,
    Forall,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)
from planners.pddl.notation import formula_text

Binding: TypeAlias = Mapping[str, str]


class Diagnosis:
    """Finds what is unmet in one state.

    Args:
        world: The fixed part of the task.
        state: The state.
    """

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._meter = Meter()

    def unmet(self, formula: Formula, binding: Binding) -> tuple[Condition, ...]:
        """List the ground conditions that keep a formula from holding.

        Args:
            formula: The formula.
            binding: The objects that its free variables stand for.

        Returns:
            Each condition once, in the order of the formula; none where it holds. The
            formula as a whole where its parts are too many to be looked at.
        """
        try:
            found = self._unmet(formula, binding, positive=True)
        except BoundReached:
            return (Compound(formula_text(formula, binding)),)
        # To hash a condition takes longer than to find it, and often there is but one.
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def _unmet(self, formula: Formula, binding: Binding, *, positive: bool) -> list[Condition]:
        self._meter.spend(1)
        parts: Iterable[tuple[Formula, Binding, bool]]
        match formula:
            case Atom(predicate, terms):
                return self._literal(predicate, terms, binding, positive=positive)
            case Comparison():
                return self._comparison(formula, binding, positive=positive)
            case Not(operand):
                return self._unmet(operand, binding, positive=not positive)
            case And(operands) | Or(operands):
                parts = [(part, binding, positive) for part in operands]
                joint = isinstance(formula, And) is positive
            case Imply(premise, conclusion):
                parts = ((premise, binding, not positive), (conclusion, binding, positive))
                joint = not positive
            case Forall(parameters, body) | Exists(parameters, body):
                parts = ((body, inner, positive) for inner in self._instances(parameters, binding))
                joint = isinstance(formula, Forall) is positive
        if joint:
            # A goal may have hundreds of parts: a loop takes less than generators in each other.
            unmet: list[Condition] = []
            for part, inner, sign in parts:
                unmet += self._unmet(part, inner, positive=sign)
            return unmet
        found = (self._unmet(part, inner, positive=sign) for part, inner, sign in parts)
        return self._nearest(formula, binding, found, positive=positive)

    def _literal(
        self, predicate: str, terms: tuple[str, ...], binding: Binding, *, positive: bool
    ) -> list[Condition]:
        objects = tuple([binding.get(term, term) for term in terms]) if binding else terms
        if predicate == EQUALS:
            holds = objects[0] == objects[1]
        else:
            atoms = self._world.holding(predicate, self._state)
            holds = (predicate, *objects) in atoms
        return [] if holds is positive else [Literal(predicate, objects, positive)]

    def _comparison(
        self, comparison: Comparison, binding: Binding, *, positive: bool
    ) -> list[Condition]:
        left, right = (
            value_of(ground_expression(each, binding, self._world), self._state.values)
            for each in (comparison.left, comparison.right)
        )
        if compares(comparison.operator, left, right, positive=positive):
            return []
        text = formula_text(comparison if positive else Not(comparison), binding)
        return [
            Inequality(
                text,
                None if left is None else Fraction(left),
                None if right is None else Fraction(right),
            )
        ]

    def _instances(self, parameters: tuple[Parameter, ...], binding: Binding) -> Iterator[Binding]:
        ranges = Ranges(self._world, tuple(parameter.types for parameter in parameters))
        variables = [parameter.name for parameter in parameters]
        for objects in ranges.instances(self._meter):
            yield {**binding, **dict(zip(variables, objects, strict=True))}

    def _nearest(
        self,
        formula: Formula,
        binding: Binding,
        options: Iterator[list[Condition]],
        *,
        positive: bool,
    ) -> list[Condition]:
        nearest: list[Condition] | None = None
        for option in options:
            if not option:
                return []
            if nearest is None or len(option) < len(nearest):
                nearest = option
        text = formula_text(formula if positive else Not(formula), binding)
        return [Compound(text, tuple(dict.fromkeys(nearest or ())))]
