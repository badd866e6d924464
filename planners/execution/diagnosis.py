"""Why a condition does not hold: read from the formula as written, not as prepared.

This is slower than `Condition.holds` and only called where that said no.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from planners.errors import BoundReached
from planners.execution.ground import GroundAtom
from planners.execution.meter import Meter
from planners.execution.ranges import Ranges
from planners.execution.world import World
from planners.pddl.model import (
    EQUALS,
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)
from planners.pddl.writing import formula_text
from planners.verdict import Compound, Condition, Literal

Binding: TypeAlias = Mapping[str, str]


class Diagnosis:
    """Finds what is unmet in one state.

    Args:
        world: The fixed part of the task.
        holds: Whether a ground atom, equality apart, holds in the state.
    """

    def __init__(self, world: World, holds: Callable[[GroundAtom], bool]) -> None:
        self._world = world
        self._holds = holds
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
            return tuple(dict.fromkeys(self._unmet(formula, binding, positive=True)))
        except BoundReached:
            return (Compound(formula_text(formula, binding)),)

    def _unmet(self, formula: Formula, binding: Binding, *, positive: bool) -> list[Condition]:
        self._meter.spend(1)
        parts: Iterable[tuple[Formula, Binding, bool]]
        match formula:
            case Atom(predicate, terms):
                return self._literal(predicate, terms, binding, positive=positive)
            case Not(operand):
                return self._unmet(operand, binding, positive=not positive)
            case And(operands) | Or(operands):
                parts = ((part, binding, positive) for part in operands)
                joint = isinstance(formula, And) is positive
            case Imply(premise, conclusion):
                parts = ((premise, binding, not positive), (conclusion, binding, positive))
                joint = not positive
            case Forall(parameters, body) | Exists(parameters, body):
                parts = ((body, inner, positive) for inner in self._instances(parameters, binding))
                joint = isinstance(formula, Forall) is positive
        found = (self._unmet(part, inner, positive=sign) for part, inner, sign in parts)
        if joint:
            return [condition for part in found for condition in part]
        return self._nearest(formula, binding, found, positive=positive)

    def _literal(
        self, predicate: str, terms: tuple[str, ...], binding: Binding, *, positive: bool
    ) -> list[Condition]:
        objects = tuple(binding.get(term, term) for term in terms)
        if predicate == EQUALS:
            holds = objects[0] == objects[1]
        else:
            holds = self._holds((predicate, *objects))
        return [] if holds is positive else [Literal(predicate, objects, positive)]

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
