"""What a condition mentions: the ground atoms and numbers that it could depend on.

Fox and Long (PDDL 2.1, definition 12) let two actions of one instant interfere by what
their preconditions mention, not by what decides them: `(or (p) (q))` mentions both, and an
implication from a false premise its conclusion. So does VAL. A derived atom mentions every
atom of every predicate, and every function, that its rules depend on: more than needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from planners.execution.meter import Meter
from planners.execution.ranges import Ranges
from planners.execution.state import GroundAtom
from planners.execution.world import World
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
)
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When
from planners.pddl.walks import functions_in, parts_of

Binding: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What is mentioned and can change.

    Attributes:
        atoms: Ground atoms.
        numbers: Ground function terms.
        heads: Predicates and functions of which everything is mentioned.
    """

    atoms: set[GroundAtom] = field(default_factory=set)
    numbers: set[GroundAtom] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)


class Mentions:
    """Collects what conditions and effects of one task mention.

    Args:
        world: What does not change; that is left out.
        meter: Charged for what is looked at.
    """

    def __init__(self, world: World, meter: Meter) -> None:
        self._world = world
        self._meter = meter
        self._support: dict[str, frozenset[str]] = {}

    def of_condition(self, formula: Formula, binding: Binding, found: Mentioned) -> None:
        """Add what a condition mentions.

        Args:
            formula: The condition.
            binding: What its free variables stand for.
            found: Is added to.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        self._meter.spend(1)
        match formula:
            case Atom(predicate, terms):
                self._atom(predicate, terms, binding, found)
            case Comparison(_, left, right):
                self.of_expression(left, binding, found)
                self.of_expression(right, binding, found)
            case Not(operand):
                self.of_condition(operand, binding, found)
            case And(operands) | Or(operands):
                for operand in operands:
                    self.of_condition(operand, binding, found)
            case Imply(premise, conclusion):
                self.of_condition(premise, binding, found)
                self.of_condition(conclusion, binding, found)
            case Forall(parameters, body) | Exists(parameters, body):
                for inner in self._instances(parameters, binding):
                    self.of_condition(body, inner, found)

    def of_effect(self, effect: Effect, binding: Binding, found: Mentioned) -> None:
        """Add what the conditions in an effect mention, whether they hold or not.

        Args:
            effect: The effect. What it changes, and by how much, is not looked at.
            binding: What its free variables stand for.
            found: Is added to.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        self._meter.spend(1)
        match effect:
            case AndEffect(effects):
                for each in effects:
                    self.of_effect(each, binding, found)
            case When(condition, inner):
                self.of_condition(condition, binding, found)
                self.of_effect(inner, binding, found)
            case ForallEffect(parameters, inner) if _conditional(inner):
                for bound in self._instances(parameters, binding):
                    self.of_effect(inner, bound, found)
            case ForallEffect() | AtomEffect() | NumericEffect():
                pass

    def of_expression(self, expression: Expression, binding: Binding, found: Mentioned) -> None:
        """Add the numbers that an expression mentions."""
        match expression:
            case FunctionTerm(function, terms) if function in self._world.changing_functions:
                found.numbers.add((function, *(binding.get(term, term) for term in terms)))
            case Arithmetic(_, operands):
                for operand in operands:
                    self.of_expression(operand, binding, found)
            case _:
                pass

    def _atom(
        self, predicate: str, terms: tuple[str, ...], binding: Binding, found: Mentioned
    ) -> None:
        if predicate in self._world.derived:
            found.heads.update(self._supporting(predicate))
        elif predicate in self._world.changing:
            found.atoms.add((predicate, *(binding.get(term, term) for term in terms)))

    def _supporting(self, derived: str) -> frozenset[str]:
        known = self._support.get(derived)
        if known is None:
            world = self._world
            seen, heads, front = {derived}, set[str](), [derived]
            while front:
                name = front.pop()
                for axiom in world.task.axioms:
                    if axiom.predicate == name:
                        front.extend(_heads(axiom.body) - seen)
                        seen |= _heads(axiom.body)
            heads = seen & (world.changing | world.changing_functions)
            known = self._support[derived] = frozenset(heads)
        return known

    def _instances(self, parameters: tuple[Parameter, ...], binding: Binding) -> Iterator[Binding]:
        ranges = Ranges(self._world, tuple(parameter.types for parameter in parameters))
        variables = [parameter.name for parameter in parameters]
        for objects in ranges.instances(self._meter):
            yield {**binding, **dict(zip(variables, objects, strict=True))}


def _conditional(effect: Effect) -> bool:
    match effect:
        case When():
            return True
        case AndEffect(effects):
            return any(map(_conditional, effects))
        case ForallEffect(_, inner):
            return _conditional(inner)
    return False


def _heads(formula: Formula) -> set[str]:
    heads: set[str] = set()
    for part in parts_of(formula):
        match part:
            case Atom(predicate, _):
                heads.add(predicate)
            case Comparison(_, left, right):
                terms = (*functions_in(left), *functions_in(right))
                heads.update(term.function for term in terms)
            case _:
                pass
    return heads
