"""What a task asks of a planner beyond STRIPS, told from the lifted model.

Functions with objects as values are no feature: they are read as relations, and engines get
the task written from the model. What the reading adds to conditions and effects counts.
"""

from collections.abc import Iterator
from enum import StrEnum

from planners.engines.costs import only_costs, parts_of_effect, wants_short
from planners.pddl.formula import (
    EQUALS,
    OBJECT,
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
from planners.pddl.model import (
    ActionSchema,
    DurativeSchema,
    Effect,
    ForallEffect,
    LiftedTask,
    NumericEffect,
    When,
)
from planners.pddl.walks import parts_of, written_effects


class Feature(StrEnum):
    """A part of PDDL that not every planner reads."""

    TYPES = "types"
    EITHER = "either types"
    EQUALITY = "equality"
    NEGATION = "negative conditions"
    DISJUNCTION = "disjunctive conditions"
    QUANTIFIERS = "quantified conditions"
    CONDITIONAL_EFFECTS = "conditional effects"
    COSTS = "action costs"
    NUMBERS = "numbers"
    AXIOMS = "derived predicates"
    DURATIONS = "durative actions"
    TIMED_LITERALS = "timed initial literals"
    CONSTRAINTS = "constraints"
    PREFERENCES = "preferences"


def features_of(task: LiftedTask) -> frozenset[Feature]:
    """List what a task uses, whatever its requirements say.

    - `EITHER` is also a type with several supertypes.
    - `NEGATION` and `DISJUNCTION` are meant of conditions as they are written: `imply` is
      both, and so is `not` around anything but an atom.
    - `CONDITIONAL_EFFECTS` are also effects for all objects of a type.
    - `COSTS` are numbers that only add up (`planners.engines.costs`). All others are
      `NUMBERS`, except for durations that never change. Makespan alone is no number.
    """
    found = {feature for formula in _conditions(task) for feature in _of_formula(formula)}
    found |= {*_of_types(task), *_of_numbers(task)}
    if any(isinstance(each, ForallEffect | When) for each in _effects(task)):
        found.add(Feature.CONDITIONAL_EFFECTS)
    whole = {
        Feature.AXIOMS: task.axioms,
        Feature.DURATIONS: task.durative_actions,
        Feature.TIMED_LITERALS: task.timed,
        Feature.CONSTRAINTS: task.constraints,
        Feature.PREFERENCES: task.preferences or any(each.preferences for each in _schemas(task)),
    }
    return frozenset(found | {feature for feature, there in whole.items() if there})


def _schemas(task: LiftedTask) -> Iterator[ActionSchema | DurativeSchema]:
    yield from task.actions.values()
    yield from task.durative_actions.values()


def _effects(task: LiftedTask) -> Iterator[Effect]:
    """Go through all effects of actions, and what is in them."""
    for schema in task.actions.values():
        yield from parts_of_effect(schema.effect)
    for durative in task.durative_actions.values():
        yield from parts_of_effect(durative.start_effect)
        yield from parts_of_effect(durative.end_effect)


def _conditions(task: LiftedTask) -> Iterator[Formula]:
    yield task.goal
    for schema in task.actions.values():
        yield schema.precondition
    for durative in task.durative_actions.values():
        yield from (durative.at_start, durative.over_all, durative.at_end)
    yield from (axiom.body for axiom in task.axioms)
    yield from (each.condition for each in _effects(task) if isinstance(each, When))
    for trajectory in (*task.constraints, *(each.condition for each in task.preferences)):
        yield from trajectory.formulas
    for either in _schemas(task):
        yield from (each.condition for each in either.preferences)


def _of_formula(formula: Formula) -> Iterator[Feature]:
    for part in parts_of(formula):
        match part:
            case Atom(predicate):
                if predicate == EQUALS:
                    yield Feature.EQUALITY
            case Not(operand):
                yield Feature.NEGATION
                if not isinstance(operand, Atom):
                    yield Feature.DISJUNCTION
            case Or():
                yield Feature.DISJUNCTION
            case Imply():
                yield from (Feature.DISJUNCTION, Feature.NEGATION)
            case Forall() | Exists():
                yield Feature.QUANTIFIERS
            case And() | Comparison():
                pass


def _of_types(task: LiftedTask) -> Iterator[Feature]:
    if set(task.types) != {OBJECT}:
        yield Feature.TYPES
    declared = (*task.types.values(), *task.objects.values())
    parameters = (parameter for group in _parameters(task) for parameter in group)
    if any(len(types) > 1 for types in declared) or any(len(each.types) > 1 for each in parameters):
        yield Feature.EITHER


def _parameters(task: LiftedTask) -> Iterator[tuple[Parameter, ...]]:
    yield from task.predicates.values()
    yield from task.functions.values()
    yield from (schema.parameters for schema in _schemas(task))
    yield from (axiom.parameters for axiom in task.axioms)
    yield from (each.parameters for each in _effects(task) if isinstance(each, ForallEffect))
    for formula in _conditions(task):
        for part in parts_of(formula):
            if isinstance(part, Forall | Exists):
                yield part.parameters


def _of_numbers(task: LiftedTask) -> Iterator[Feature]:
    changes = any(isinstance(effect, NumericEffect) for _, effect, _ in written_effects(task))
    compares = any(
        isinstance(part, Comparison) for formula in _conditions(task) for part in parts_of(formula)
    )
    if compares:
        yield Feature.NUMBERS
    elif changes or not wants_short(task):
        yield Feature.COSTS if only_costs(task) else Feature.NUMBERS
