"""What a task makes use of: which names are read and which are changed."""

from collections.abc import Iterator
from typing import TypeAlias

from planners.pddl.formula import (
    OBJECT,
    Atom,
    Comparison,
    Exists,
    Expression,
    Forall,
    Formula,
    Parameter,
)
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    DurativeSchema,
    Effect,
    ForallEffect,
    LiftedTask,
    NumericEffect,
    When,
)
from planners.pddl.walks import functions_in, parts_of

Schema: TypeAlias = ActionSchema | DurativeSchema


class Usage:
    """The names that a task reads and changes.

    Args:
        task: The task.
        whole: Whether its problem is a real one.

    Attributes:
        task: The task.
        whole: Whether its problem is a real one.
        schemas: All actions by their names.
        read: Predicates that some condition names.
        added: Predicates that some effect adds.
        deleted: Predicates that some effect deletes.
        read_functions: Functions whose value something needs.
        changed_functions: Functions that some effect gives a value.
        types: Types that stand behind some variable or object.
        variables: The variables that each action makes use of.
    """

    def __init__(self, task: LiftedTask, *, whole: bool) -> None:
        self.task = task
        self.whole = whole
        self.schemas: dict[str, Schema] = {**task.actions, **task.durative_actions}
        self.read: set[str] = set()
        self.added: set[str] = set()
        self.deleted: set[str] = set()
        self.read_functions: set[str] = set()
        self.changed_functions: set[str] = set()
        self.types: set[str] = set()
        self.variables: dict[str, set[str]] = {}
        for name, schema in self.schemas.items():
            self.variables[name] = self._schema(schema)
        self._rest()

    def _schema(self, schema: Schema) -> set[str]:
        used: set[str] = set()
        self._typed(schema.parameters)
        for formula in conditions_of(schema):
            used |= self._formula(formula)
        for effect in effects_of(schema):
            used |= self._effect(effect)
        for preference in schema.preferences:
            self._typed(preference.parameters)
        if isinstance(schema, DurativeSchema):
            for bound in schema.bounds:
                used |= self._expression(bound.value)
        return used

    def _rest(self) -> None:
        task = self.task
        for types in (*task.objects.values(), *_declared_types(task)):
            self.types.update(types)
        for axiom in task.axioms:
            self._typed(axiom.parameters)
            self._formula(axiom.body)
            self.added.add(axiom.predicate)
        self._formula(task.goal)
        for trajectory in (*task.constraints, *(each.condition for each in task.preferences)):
            self._typed(trajectory.parameters)
            for formula in trajectory.formulas:
                self._formula(formula)
        for timed in task.timed:
            self._effect(timed.effect)
        if task.metric is not None:
            self._expression(task.metric.expression)

    def _typed(self, parameters: tuple[Parameter, ...]) -> None:
        for parameter in parameters:
            self.types.update(parameter.types)

    def _formula(self, formula: Formula) -> set[str]:
        used: set[str] = set()
        for part in parts_of(formula):
            match part:
                case Atom(predicate, terms):
                    self.read.add(predicate)
                    used.update(terms)
                case Comparison(_, left, right):
                    used |= self._expression(left) | self._expression(right)
                case Forall(parameters) | Exists(parameters):
                    self._typed(parameters)
        return used

    def _expression(self, expression: Expression) -> set[str]:
        used: set[str] = set()
        for term in functions_in(expression):
            self.read_functions.add(term.function)
            used.update(term.terms)
        return used

    def _effect(self, effect: Effect) -> set[str]:
        used: set[str] = set()
        front = [effect]
        while front:
            match front.pop():
                case AtomEffect(atom, positive):
                    (self.added if positive else self.deleted).add(atom.predicate)
                    used.update(atom.terms)
                case AndEffect(effects):
                    front.extend(effects)
                case ForallEffect(parameters, inner):
                    self._typed(parameters)
                    front.append(inner)
                case When(condition, inner):
                    used |= self._formula(condition)
                    front.append(inner)
                case NumericEffect(operator, function, by):
                    self.changed_functions.add(function.function)
                    if operator != "assign":
                        self.read_functions.add(function.function)
                    used |= {*function.terms} | self._expression(by)
        return used


def conditions_of(schema: Schema) -> tuple[Formula, ...]:
    """List the conditions of an action, preferences among them."""
    wished = (each.condition for each in schema.preferences)
    if isinstance(schema, DurativeSchema):
        return (schema.at_start, schema.over_all, schema.at_end, *wished)
    return (schema.precondition, *wished)


def effects_of(schema: Schema) -> tuple[Effect, ...]:
    """List the effects of an action."""
    if isinstance(schema, DurativeSchema):
        return (schema.start_effect, schema.end_effect)
    return (schema.effect,)


def _declared_types(task: LiftedTask) -> Iterator[tuple[str, ...]]:
    for parameters in (*task.predicates.values(), *task.functions.values()):
        for parameter in parameters:
            yield parameter.types
    # A type is in use where one below it is.
    for name, above in task.types.items():
        if name != OBJECT:
            yield above
