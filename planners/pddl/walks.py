"""Going through formulas, numbers and effects, in the order of the text. Nothing recurses."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

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
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    LiftedTask,
    NumericEffect,
    When,
)
from planners.pddl.types import Types

WrittenEffect: TypeAlias = tuple[str | None, AtomEffect | NumericEffect, Mapping[str, Types]]


def parts_of(formula: Formula) -> Iterator[Formula]:
    """Go through a formula and all that is in it."""
    front = [formula]
    while front:
        part = front.pop()
        yield part
        match part:
            case Not(operand):
                front.append(operand)
            case And(operands) | Or(operands):
                front.extend(reversed(operands))
            case Imply(premise, conclusion):
                front += [conclusion, premise]
            case Forall(_, body) | Exists(_, body):
                front.append(body)
            case Atom() | Comparison():
                pass


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """Go through what has to hold where a formula does, as far as it is a conjunction."""
    front = [formula]
    while front:
        part = front.pop()
        if isinstance(part, And):
            front.extend(reversed(part.operands))
        else:
            yield part


def functions_in(expression: Expression) -> Iterator[FunctionTerm]:
    """Go through the functions that an expression needs the values of."""
    front = [expression]
    while front:
        match front.pop():
            case FunctionTerm() as term:
                yield term
            case Arithmetic(_, operands):
                front.extend(reversed(operands))
            case _:
                pass


def written_effects(task: LiftedTask) -> Iterator[WrittenEffect]:
    """Run through all that changes anything: of actions of both kinds, and timed effects."""
    front: list[tuple[str | None, Effect, Mapping[str, Types]]] = [
        (schema.name, schema.effect, _types(schema.parameters)) for schema in task.actions.values()
    ]
    for durative in task.durative_actions.values():
        both = AndEffect((durative.start_effect, durative.end_effect))
        front.append((durative.name, both, _types(durative.parameters)))
    front += [(None, timed.effect, {}) for timed in task.timed]
    front.reverse()
    while front:
        action, effect, types = front.pop()
        match effect:
            case AndEffect(effects):
                front.extend((action, each, types) for each in reversed(effects))
            case ForallEffect(parameters, inner):
                front.append((action, inner, {**types, **_types(parameters)}))
            case When(_, inner):
                front.append((action, inner, types))
            case AtomEffect() | NumericEffect():
                yield action, effect, types


def _types(parameters: tuple[Parameter, ...]) -> dict[str, Types]:
    return {parameter.name: parameter.types for parameter in parameters}
