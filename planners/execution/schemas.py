"""Action schemas made ready for grounding: once per task, each when a plan names it."""

from dataclasses import dataclass
from typing import TypeAlias

from planners.execution.arithmetic import DURATION
from planners.execution.conditions import AllOf, ConditionCompiler
from planners.execution.effects import Changes, EffectCompiler
from planners.execution.ground import ConditionDraft, Effects, EffectsDraft, GroundStep
from planners.execution.layout import Layout, Names
from planners.execution.meter import Meter
from planners.execution.state import GroundAtom
from planners.execution.world import World
from planners.pddl.formula import Formula, Parameter
from planners.pddl.model import AndEffect, Effect, LiftedTask

# The atoms of steps of more ground parts than this are not worth sharing.
MAX_SHARED = 1_000

# An action by its name, and the part of it: None for one that takes no time, else
# `start`, `over all` or `end`.
SchemaKey: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Schema:
    """An action schema made ready.

    Attributes:
        names: The list that atoms are picked from, arguments still empty.
        precondition: Made ready for grounding.
        effect: Made ready for grounding.
        atoms: Where equal atoms of steps become one, see `World`.
    """

    names: Names
    precondition: AllOf
    effect: Changes
    atoms: dict[GroundAtom, GroundAtom]

    def ground(self, arguments: tuple[str, ...], meter: Meter) -> GroundStep:
        """Put objects in. They have to fit the parameters."""
        before = meter.spent
        names = [*arguments, *self.names[len(arguments) :]]
        condition = ConditionDraft()
        if not self.precondition.ground(names, condition, meter):
            return GroundStep(None, Effects(), meter.spent - before)
        effects = EffectsDraft()
        self.effect.ground(names, effects, meter)
        size = meter.spent - before
        if size <= MAX_SHARED:
            same = self.atoms.setdefault
            for atoms in (condition.needs, effects.adds, effects.deletes):
                atoms[:] = map(same, atoms, atoms)
        return GroundStep(condition.frozen(), effects.frozen(), size)


def ready_schema(key: SchemaKey, world: World) -> Schema:
    """Make an action or a part of one ready.

    Args:
        key: Which one; the task has it.
        world: What does not change.
    """
    parameters, condition, effect = _written(key, world.task)
    names = tuple(parameter.name for parameter in parameters)
    layout = Layout(names if key[1] is None else (*names, DURATION))
    precondition = ConditionCompiler(layout, world).compile(condition, layout.places)
    changes = EffectCompiler(layout, world).compile(effect, layout.places)
    return Schema(layout.template, precondition, changes, world.atoms)


def _written(key: SchemaKey, task: LiftedTask) -> tuple[tuple[Parameter, ...], Formula, Effect]:
    name, part = key
    if part is None:
        action = task.actions[name]
        return action.parameters, action.precondition, action.effect
    durative = task.durative_actions[name]
    match part:
        case "start":
            return durative.parameters, durative.at_start, durative.start_effect
        case "over all":
            return durative.parameters, durative.over_all, AndEffect()
        case _:
            return durative.parameters, durative.at_end, durative.end_effect
