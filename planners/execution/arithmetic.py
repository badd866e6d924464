"""Expressions and comparisons prepared for grounding."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from planners.execution.changes import NumericChange
from planners.execution.layout import Layout, Names, Pick, Places
from planners.execution.numbers import (
    Fixed,
    Fluent,
    GroundComparison,
    GroundExpression,
    Operation,
    bounded,
    compares,
    term_text,
)
from planners.execution.state import GroundAtom
from planners.execution.world import World
from planners.pddl.formula import (
    Arithmetic,
    Comparison,
    Expression,
    FunctionTerm,
    StepDuration,
    TotalTime,
    Violations,
)
from planners.pddl.model import NumericEffect
from planners.plan import decimal

# The duration stands among the names of a schema like an argument, written as a number.
DURATION = "?duration"
# No function can be called so, as variables are.
TOTAL_TIME: GroundAtom = ("?total-time",)
VIOLATED = "?violated"

ToGround: TypeAlias = Callable[[Names], GroundExpression]


@dataclass(frozen=True, slots=True)
class LiftedComparison:
    """A comparison, or its negation, before objects are put in.

    Attributes:
        size: Of how many ground parts it will be made.
    """

    operator: str
    left: ToGround
    right: ToGround
    positive: bool
    size: int

    def ground(self, names: Names) -> GroundComparison | bool:
        """Put objects in. True or False where it is the same in every state."""
        left, right = self.left(names), self.right(names)
        if isinstance(left, Fixed) and isinstance(right, Fixed):
            return compares(self.operator, left.amount, right.amount, positive=self.positive)
        return GroundComparison(self.operator, left, right, self.positive)


@dataclass(frozen=True, slots=True)
class LiftedChange:
    """A change of a number before objects are put in.

    Attributes:
        start: The numbers that have a value at first, and so in every state.
        size: Of how many ground parts it will be made.
    """

    operator: str
    pick: Pick
    amount: ToGround
    start: Mapping[GroundAtom, object]
    size: int

    def ground(self, names: Names) -> NumericChange:
        """Put objects in."""
        term = self.pick(names)
        return NumericChange(self.operator, term, self.amount(names), term in self.start)


class NumberCompiler:
    """Prepares the numbers of one schema.

    Args:
        layout: Where the schema's names stand; it grows.
        world: What does not change.
    """

    def __init__(self, layout: Layout, world: World) -> None:
        self._layout = layout
        self._world = world

    def comparison(
        self, comparison: Comparison, scope: Places, *, positive: bool = True
    ) -> LiftedComparison:
        """Prepare a comparison, or its negation."""
        left, right = comparison.left, comparison.right
        return LiftedComparison(
            comparison.operator,
            self.expression(left, scope),
            self.expression(right, scope),
            positive,
            _size(left) + _size(right),
        )

    def change(self, effect: NumericEffect, scope: Places) -> LiftedChange:
        """Prepare a change of a number."""
        function = effect.function
        pick = self._layout.pick(function.function, function.terms, scope)
        amount = self.expression(effect.amount, scope)
        size = 1 + _size(effect.amount)
        return LiftedChange(effect.operator, pick, amount, self._world.start_values, size)

    def expression(self, expression: Expression, scope: Places) -> ToGround:
        """Prepare an expression.

        Args:
            expression: The expression.
            scope: The variables in scope with their places; `?duration` among them where
                the expression asks for it.
        """
        match expression:
            case FunctionTerm(function, terms):
                return self._function(function, self._layout.pick(function, terms, scope))
            case Arithmetic(operator, operands):
                parts = tuple(self.expression(operand, scope) for operand in operands)
                return lambda names: _settled(
                    Operation(operator, tuple([part(names) for part in parts]))
                )
            case StepDuration():
                place = scope[DURATION]
                return lambda names: Fixed(bounded(Fraction(names[place])), DURATION)
            case TotalTime():
                return lambda _: Fluent(TOTAL_TIME)
            case Violations(preference):
                return lambda _: Fluent((VIOLATED, preference))
            case Fraction():
                fixed = Fixed(bounded(expression), decimal(expression))
                return lambda _: fixed

    def _function(self, function: str, pick: Pick) -> ToGround:
        # What has no value at first and is never given one stays without, as a fluent.
        values = {} if function in self._world.changing_functions else self._world.fixed_values

        def ground(names: Names) -> GroundExpression:
            term = pick(names)
            value = values.get(term)
            return Fluent(term) if value is None else Fixed(value, term_text(term))

        return ground


def _settled(operation: Operation) -> GroundExpression:
    """Compute what is the same in every state, unless that would divide by zero."""
    numbers = [each.amount for each in operation.operands if isinstance(each, Fixed)]
    if len(numbers) < len(operation.operands) or (operation.operator == "/" and 0 in numbers[1:]):
        return operation
    return Fixed(operation.value({}), str(operation))


def _size(expression: Expression) -> int:
    if isinstance(expression, Arithmetic):
        return 1 + sum(map(_size, expression.operands))
    return 1


def ground_expression(
    expression: Expression, binding: Mapping[str, str], world: World
) -> GroundExpression:
    """Make one expression ground.

    Args:
        expression: The expression.
        binding: What its variables stand for: objects, and of `?duration` a number.
        world: What does not change.
    """
    layout = Layout(tuple(binding))
    made = NumberCompiler(layout, world).expression(expression, layout.places)
    return made([*binding.values(), *layout.template[len(binding) :]])
