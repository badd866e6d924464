"""A task prepared for judging plans: schemas made ready once, steps made when first seen."""

from dataclasses import dataclass

from planners.execution.conditions import AllOf, ConditionCompiler
from planners.execution.effects import Changes, EffectCompiler
from planners.execution.ground import (
    Condition,
    ConditionDraft,
    Effects,
    EffectsDraft,
    GroundAtom,
    GroundStep,
    State,
)
from planners.execution.layout import Layout, Names
from planners.execution.meter import Meter
from planners.execution.world import World
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.model import LiftedTask
from planners.plan import Step
from planners.task import Task
from planners.verdict import (
    Literal,
    StepFlaw,
    UnknownAction,
    UnknownObject,
    WrongArguments,
    WrongType,
)

# What one task may keep for the next plans, in hundreds of bytes: 15 MB, and 4 MB in one piece.
MAX_KEPT = 150_000
MAX_KEPT_PIECE = 40_000


@dataclass(frozen=True, slots=True)
class Schema:
    """An action schema made ready.

    Attributes:
        names: The list that atoms are picked from, arguments still empty.
        precondition: Made ready for grounding.
        effect: Made ready for grounding.
    """

    names: Names
    precondition: AllOf
    effect: Changes

    def ground(self, arguments: tuple[str, ...], meter: Meter) -> GroundStep:
        """Put objects in. They have to fit the parameters."""
        before = meter.spent
        names = [*arguments, *self.names[len(arguments) :]]
        condition = ConditionDraft()
        if not self.precondition.ground(names, condition, meter):
            return GroundStep(None, Effects(), meter.spent - before)
        effects = EffectsDraft()
        self.effect.ground(names, effects, meter)
        return GroundStep(condition.frozen(), effects.frozen(), meter.spent - before)


class PreparedTask:
    """A task made ready. Safe to share by threads: what is kept is only ever added to.

    Args:
        task: The task.

    Attributes:
        task: The task.
        world: Its fixed part.
    """

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.world = World(task)
        self._schemas: dict[str, Schema] = {}
        self._steps: dict[tuple[str, tuple[str, ...]], GroundStep] = {}
        self._literals: dict[GroundAtom, Literal] = {}
        self._fixed: list[GroundAtom] | None = None
        self._known = tuple(task.actions)
        self._goal: tuple[Condition | None, int] | None = None
        self._kept = 0

    def ground(
        self, steps: tuple[Step, ...], meter: Meter
    ) -> tuple[list[GroundStep], list[StepFlaw]]:
        """Make the steps of a plan ground, those that were made before excepted.

        Args:
            steps: The steps of a plan.
            meter: Charged alike, whether a step was made before or not.

        Returns:
            The ground steps up to the first that does not fit the task, and the flaws of
            all that do not.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        kept = self._steps
        made: list[GroundStep] = []
        flaws: list[StepFlaw] = []
        size = 0
        for index, step in enumerate(steps):
            ground = kept.get((step.action, step.arguments))
            if ground is not None:
                size += ground.size
            else:
                flaw = self._misfit(index, step)
                if flaw is not None:
                    flaws.append(flaw)
                    continue
                ground = self._make(step, meter)
            if not flaws:
                made.append(ground)
        meter.spend(size)
        return made, flaws

    def goal(self, meter: Meter) -> Condition | None:
        """Return the goal, or None where no state can meet it."""
        if self._goal is not None:
            condition, size = self._goal
            meter.spend(size)
            return condition
        before = meter.spent
        layout = Layout(())
        goal = ConditionCompiler(layout, self.world).compile(self.task.goal, {})
        draft = ConditionDraft()
        found = draft.frozen() if goal.ground(list(layout.template), draft, meter) else None
        if found is None or found.weight <= MAX_KEPT_PIECE:
            self._goal = (found, meter.spent - before)
        return found

    def literals(self, state: State) -> tuple[Literal, ...]:
        """Return all that holds in a state, sorted, as others see it."""
        if self._fixed is None:
            self._fixed = sorted(self.world.fixed)
        kept = self._literals
        found: list[Literal] = []
        for atom in sorted([*self._fixed, *state]):
            literal = kept.get(atom)
            if literal is None:
                self._make_room(2)
                literal = kept[atom] = Literal(atom[0], atom[1:])
            found.append(literal)
        return tuple(found)

    def _make(self, step: Step, meter: Meter) -> GroundStep:
        ground = self._schema(step.action).ground(step.arguments, meter)
        weight = ground.weight
        if weight <= MAX_KEPT_PIECE:
            self._make_room(weight)
            self._steps[step.action, step.arguments] = ground
        return ground

    def _schema(self, name: str) -> Schema:
        """Make the schema of an action ready, or return what was made before."""
        schema = self._schemas.get(name)
        if schema is None:
            action = self.task.actions[name]
            layout = Layout(tuple(parameter.name for parameter in action.parameters))
            conditions = ConditionCompiler(layout, self.world)
            precondition = conditions.compile(action.precondition, layout.places)
            effect = EffectCompiler(layout, self.world).compile(action.effect, layout.places)
            schema = Schema(layout.template, precondition, effect)
            self._schemas[name] = schema
        return schema

    def _misfit(self, index: int, step: Step) -> StepFlaw | None:
        action = self.task.actions.get(step.action)
        if action is None:
            return UnknownAction(index=index, step=step, known=self._known)
        if len(step.arguments) != len(action.parameters):
            return WrongArguments(index=index, step=step, expected=len(action.parameters))
        for name in step.arguments:
            if name not in self.task.objects:
                return UnknownObject(index=index, step=step, name=name)
        for name, parameter in zip(step.arguments, action.parameters, strict=True):
            found = self.task.objects[name]
            if not self.world.hierarchy.object_fits(found, parameter.types):
                return WrongType(
                    index=index,
                    step=step,
                    name=name,
                    parameter=parameter.name,
                    expected=parameter.types,
                    found=found,
                )
        return None

    def _make_room(self, weight: int) -> None:
        self._kept += weight
        if self._kept > MAX_KEPT:
            self._kept = weight
            self._steps = {}
            self._literals = {}


_cached = TaskCache(lambda task: PreparedTask(read_task(task)), max_tasks=32)


def prepare(task: Task) -> PreparedTask:
    """Read a task and make it ready, or return what was made of it before.

    Raises:
        TaskError: one of its kinds, if the task cannot be read.
    """
    return _cached(task)
