"""The same task under other names and in another order, and plans taken along.

No verdict may depend on what things are called or on where they stand.
"""

from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any

from planners.condition import Literal
from planners.pddl.formula import And, Or, Parameter
from planners.pddl.model import AndEffect, LiftedTask
from planners.plan import Plan, Step

# What has a meaning of its own, and keeps its name.
KEPT = frozenset(("object", "=", "total-cost"))


class Twin:
    """A renaming of all that a task names, drawn by a seed."""

    def __init__(self, task: LiftedTask, seed: int) -> None:
        self.random = Random(seed)
        names = {
            *task.types,
            *task.objects,
            *task.predicates,
            *task.functions,
            *task.actions,
            *task.durative_actions,
            *(each.name for each in task.preferences),
            *(
                each.name
                for schema in (*task.actions.values(), *task.durative_actions.values())
                for each in schema.preferences
            ),
        } - KEPT
        numbers = list(range(len(names)))
        self.random.shuffle(numbers)
        self.names = {
            name: f"w{number}" for name, number in zip(sorted(names), numbers, strict=True)
        }

    def name(self, name: str) -> str:
        # Variables keep their question mark. `?x` and `?y` change places.
        if name.startswith("?"):
            return {"?x": "?y", "?y": "?x"}.get(name, name)
        return self.names.get(name, name)

    def shuffled(self, items: Any) -> list[Any]:
        mixed = list(items)
        self.random.shuffle(mixed)
        return mixed

    def task(self, task: LiftedTask) -> LiftedTask:
        objects = self.shuffled(task.objects)
        objects.sort(key=lambda name: name not in task.constants)
        types = self.shuffled(task.types)
        return replace(
            task,
            types={self.name(each): self.renamed(task.types[each]) for each in types},
            objects={self.name(each): self.renamed(task.objects[each]) for each in objects},
            constants=frozenset(map(self.name, task.constants)),
            predicates=self.mapping(task.predicates),
            functions=self.mapping(task.functions),
            axioms=tuple(self.shuffled(map(self.value, task.axioms))),
            actions=self.mapping(task.actions),
            durative_actions=self.mapping(task.durative_actions),
            init=frozenset(map(self.value, task.init)),
            init_values=self.mapping(task.init_values),
            timed=tuple(map(self.value, task.timed)),
            goal=self.value(task.goal),
            constraints=tuple(self.shuffled(map(self.value, task.constraints))),
            preferences=tuple(self.shuffled(map(self.value, task.preferences))),
            metric=self.value(task.metric),
        )

    def plan(self, plan: Plan) -> Plan:
        return Plan(steps=tuple(map(self.step, plan.steps)))

    def step(self, step: Step) -> Step:
        return replace(step, action=self.name(step.action), arguments=self.renamed(step.arguments))

    def literal(self, literal: Literal) -> Literal:
        return replace(
            literal,
            predicate=self.name(literal.predicate),
            arguments=self.renamed(literal.arguments),
        )

    def renamed(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self.name, names))

    def mapping(self, mapping: Any) -> dict[Any, Any]:
        return {self.value(key): self.value(mapping[key]) for key in self.shuffled(mapping)}

    def value(self, value: Any) -> Any:
        """Rename whatever is made of names; conjunctions and disjunctions are mixed, too."""
        match value:
            case str():
                return self.name(value)
            case tuple():
                return tuple(map(self.value, value))
            case And(operands) | Or(operands):
                return type(value)(tuple(map(self.value, self.shuffled(operands))))
            case AndEffect(effects):
                return AndEffect(tuple(map(self.value, self.shuffled(effects))))
            case Parameter(name, types):
                return Parameter(self.name(name), self.renamed(types))
        if is_dataclass(value):
            parts = {each.name: self.value(getattr(value, each.name)) for each in fields(value)}
            return replace(value, **parts)
        return value
