"""Types made conditions, for tasks in which something is of several types at once.

No engine but LPG reads `either` at all places, nor a type with two supertypes.
"""

from collections.abc import Iterable
from dataclasses import replace

from planners.condition import Literal
from planners.engines.features import Feature, features_of
from planners.pddl.formula import (
    OBJECT,
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
from planners.pddl.model import AndEffect, Effect, ForallEffect, LiftedTask, When
from planners.pddl.types import Types


def simply_typed(task: LiftedTask) -> LiftedTask:
    """Give a task with the same plans where everything is of one type.

    Args:
        task: A task without constraints and preferences.

    Returns:
        The task itself where nothing is of several types; else one without types, where a
        static predicate stands for each type, or group of types, of a variable.
    """
    return _Untyped(task).task if Feature.EITHER in features_of(task) else task


class _Untyped:
    def __init__(self, task: LiftedTask) -> None:
        self._predicates: dict[Types, str] = {}
        untyped = replace(
            task,
            types={OBJECT: ()},
            objects=dict.fromkeys(task.objects, (OBJECT,)),
            predicates={name: _bare(each) for name, each in task.predicates.items()},
            functions={name: _bare(each) for name, each in task.functions.items()},
            axioms=tuple(
                replace(
                    each,
                    parameters=_bare(each.parameters),
                    body=self._also(each.parameters, self._formula(each.body)),
                )
                for each in task.axioms
            ),
            actions={
                name: replace(
                    each,
                    parameters=_bare(each.parameters),
                    precondition=self._also(each.parameters, self._formula(each.precondition)),
                    effect=self._effect(each.effect),
                )
                for name, each in task.actions.items()
            },
            durative_actions={
                name: replace(
                    each,
                    parameters=_bare(each.parameters),
                    at_start=self._also(each.parameters, self._formula(each.at_start)),
                    over_all=self._formula(each.over_all),
                    at_end=self._formula(each.at_end),
                    start_effect=self._effect(each.start_effect),
                    end_effect=self._effect(each.end_effect),
                )
                for name, each in task.durative_actions.items()
            },
            goal=self._formula(task.goal),
        )
        facts = {
            Literal(predicate, (name,))
            for types, predicate in self._predicates.items()
            for name in task.objects_of(types)
        }
        declared = dict.fromkeys(self._predicates.values(), (Parameter("?x"),))
        self.task = replace(
            untyped,
            predicates={**untyped.predicates, **declared},
            init=untyped.init | facts,
        )

    def _also(self, parameters: tuple[Parameter, ...], formula: Formula) -> Formula:
        """Say that variables are of their types, and that a formula holds."""
        types = tuple(self._types_of(parameters))
        return And((*types, formula)) if types else formula

    def _types_of(self, parameters: tuple[Parameter, ...]) -> Iterable[Formula]:
        for parameter in parameters:
            if OBJECT not in parameter.types:
                # No name has a space, so none is taken.
                named = f"is {' '.join(parameter.types)}"
                predicate = self._predicates.setdefault(parameter.types, named)
                yield Atom(predicate, (parameter.name,))

    def _formula(self, formula: Formula) -> Formula:
        match formula:
            case Not(operand):
                return Not(self._formula(operand))
            case And(operands) | Or(operands):
                return type(formula)(tuple(map(self._formula, operands)))
            case Imply(premise, conclusion):
                return Imply(self._formula(premise), self._formula(conclusion))
            case Exists(parameters, body):
                return Exists(_bare(parameters), self._also(parameters, self._formula(body)))
            case Forall(parameters, body):
                inner, types = self._formula(body), tuple(self._types_of(parameters))
                return Forall(_bare(parameters), Imply(And(types), inner) if types else inner)
        return formula

    def _effect(self, effect: Effect) -> Effect:
        match effect:
            case AndEffect(effects):
                return AndEffect(tuple(map(self._effect, effects)))
            case ForallEffect(parameters, inner):
                changed, types = self._effect(inner), tuple(self._types_of(parameters))
                return ForallEffect(
                    _bare(parameters), When(And(types), changed) if types else changed
                )
            case When(condition, inner):
                return When(self._formula(condition), self._effect(inner))
        return effect


def _bare(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    return tuple(Parameter(each.name) for each in parameters)
