"""A task prepared for judging plans: schemas made ready once, steps made when first seen."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import itemgetter

from planners.condition import Literal
from planners.execution.arithmetic import TOTAL_TIME, VIOLATED, ground_expression
from planners.execution.conditions import ground_formula
from planners.execution.derivation import Derivation
from planners.execution.ground import Condition, GroundStep, Swift
from planners.execution.meter import MAX_PARTS, Meter
from planners.execution.misfits import misfit
from planners.execution.numbers import GroundExpression, value_of
from planners.execution.schemas import Schema, SchemaKey, ready_schema
from planners.execution.state import Derives, GroundAtom, Number, State
from planners.execution.trajectories import needs_times
from planners.execution.world import World
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.model import LiftedTask
from planners.plan import Plan, Step
from planners.task import Task
from planners.verdict import StepFlaw

# What one task may keep for the next plans, in hundreds of bytes: 15 MB, and 4 MB in one piece.
MAX_KEPT = 150_000
MAX_KEPT_PIECE = 40_000

# A step of more ground parts is big. While a task has none, no plan of a few thousand steps can
# exhaust a meter, and then its parts need not be counted.
_BIG = 500


class PreparedTask:
    """A task made ready. Safe to share by threads: what is kept is only ever added to.

    Args:
        task: The task.

    Attributes:
        task: The task.
        world: Its fixed part.
        derivation: Finds derived atoms; None where there are no axioms.
        timed: Whether plans can only be judged by their time stamps.
        watched: Whether there are constraints or preferences on the way to the goal.
    """

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.world = World(task)
        self.derivation: Derives | None = None
        if task.axioms:
            self.derivation = Derivation(self.world, task.axioms)
        self.timed = task.temporal or needs_times(task)
        self.watched = bool(task.constraints or task.preferences) or any(
            schema.preferences for schema in task.actions.values()
        )
        self._schemas: dict[SchemaKey, Schema] = {}
        self._steps: dict[str, dict[tuple[str, ...], GroundStep]] = {
            name: {} for name in task.actions
        }
        self._lines: dict[str, Swift] = {}
        self._parts: dict[tuple[SchemaKey, tuple[str, ...], Fraction | None], GroundStep] = {}
        self._literals: dict[GroundAtom, Literal] = {}
        self._fixed: list[GroundAtom] | None = None
        self._goal: tuple[Condition | None, int] | None = None
        self._metric: GroundExpression | None = None
        self._kept = 0
        # Whether it has to be counted how much of a meter the steps of a plan use up: others
        # charge it, too, or there is a big step. Never unset, so that threads may share it.
        self._counts = self.watched or self.derivation is not None

    def start(self, meter: Meter) -> State:
        """Return the initial state.

        Args:
            meter: Charged when atoms are derived in this state or in later ones.
        """
        world = self.world
        return State(set(world.start), dict(world.start_values), self.derivation, meter)

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
        try:
            made = [kept[step.action][step.arguments] for step in steps]
        except KeyError:
            pass
        else:
            meter.spend(sum([ground.size for ground in made]))
            return made, []
        made, flaws = [], []
        for index, step in enumerate(steps):
            ground = kept.get(step.action, {}).get(step.arguments)
            if ground is None:
                flaw = misfit(self.world, index, step)
                if flaw is not None:
                    flaws.append(flaw)
                elif not flaws:
                    made.append(self._make(step, meter))
            elif not flaws:
                meter.spend(ground.size)
                made.append(ground)
        return made, flaws

    def swift(self, plan: Plan) -> tuple[Sequence[Swift], Condition | None] | None:
        """Look up the steps of a plan and the goal, for executing it fast.

        Args:
            plan: The plan.

        Returns:
            Both; or None where something was not made before, or where it matters how much of
            a meter they use up.
        """
        if self._counts or self._goal is None:
            return None
        goal, size = self._goal
        if size + len(plan.steps) * _BIG > MAX_PARTS:
            return None
        found = self._looked_up(plan)
        # Asked once more: another thread may have made a big step, and it may be among these.
        return None if found is None or self._counts else (found, goal)

    def _looked_up(self, plan: Plan) -> Sequence[Swift] | None:
        lines = plan.lines
        # Of one line `itemgetter` makes no tuple.
        if lines is not None and len(lines) > 1:
            try:
                found: Sequence[Swift] = itemgetter(*lines)(self._lines)
            except KeyError:
                pass
            else:
                return found
        kept = self._steps
        try:
            found = [kept[step.action][step.arguments].swift for step in plan.steps]
        except KeyError:
            return None
        for line, step in zip(lines or (), found, strict=False):
            if line not in self._lines:
                self._make_room(2 + len(line) // 25)
                self._lines[line] = step
        return found

    def ground_part(
        self,
        schema_key: SchemaKey,
        arguments: tuple[str, ...],
        duration: Fraction | None,
        meter: Meter,
    ) -> GroundStep:
        """Make one part of an action ground, unless it was made before.

        Args:
            schema_key: Which action, and which part of it.
            arguments: Objects that fit its parameters.
            duration: How long the step takes, in the unit of time stamps; None for an
                action that takes no time.
            meter: Charged alike, whether the part was made before or not.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        key = (schema_key, arguments, duration)
        ground = self._parts.get(key)
        if ground is not None:
            meter.spend(ground.size)
            return ground
        names = arguments if duration is None else (*arguments, str(duration))
        ground = self._schema(schema_key).ground(names, meter)
        if self._to_keep(ground):
            self._parts[key] = ground
        return ground

    def misfits(self, steps: tuple[Step, ...]) -> list[StepFlaw]:
        """List the flaws of all steps whose names, arity or types do not fit the task."""
        found = (misfit(self.world, index, step) for index, step in enumerate(steps))
        return [flaw for flaw in found if flaw is not None]

    def goal(self, meter: Meter) -> Condition | None:
        """Return the goal, or None where no state can meet it."""
        if self._goal is not None:
            condition, size = self._goal
            meter.spend(size)
            return condition
        before = meter.spent
        found = ground_formula(self.task.goal, {}, self.world, meter)
        if found is None or found.weight <= MAX_KEPT_PIECE:
            self._goal = (found, meter.spent - before)
        return found

    def metric(
        self, values: Mapping[GroundAtom, Number], total_time: Number, violated: Mapping[str, int]
    ) -> Number | None:
        """Compute the value of the metric, or None where it has none.

        Args:
            values: The numbers behind the last step.
            total_time: The value of `total-time`.
            violated: How often each preference is violated; without those that are not.

        Raises:
            BoundReached: if a number grows too big.
        """
        assert self.task.metric is not None
        if self._metric is None:
            self._metric = ground_expression(self.task.metric.expression, {}, self.world)
        expression = self._metric
        given = {TOTAL_TIME: total_time}
        for term in expression.reads():
            if term[0] == VIOLATED:
                given[term] = violated.get(term[1], 0)
        return value_of(expression, {**values, **given})

    def literals(self, state: State) -> tuple[Literal, ...]:
        """Return all that holds in a state, derived atoms too, sorted, as others see it.

        Raises:
            BoundReached: if atoms have to be derived and the state's meter is exhausted.
        """
        if self._fixed is None:
            self._fixed = sorted(self.world.fixed)
        atoms = sorted([*self._fixed, *state.atoms, *state.derived])
        kept = self._literals
        try:
            return tuple([kept[atom] for atom in atoms])
        except KeyError:
            return tuple([self._literal(atom) for atom in atoms])

    def _literal(self, atom: GroundAtom) -> Literal:
        literal = self._literals.get(atom)
        if literal is None:
            self._make_room(2)
            literal = self._literals[atom] = Literal(atom[0], atom[1:])
        return literal

    def _make(self, step: Step, meter: Meter) -> GroundStep:
        ground = self._schema((step.action, None)).ground(step.arguments, meter)
        if self._to_keep(ground):
            self._steps[step.action][step.arguments] = ground
        return ground

    def _schema(self, key: SchemaKey) -> Schema:
        """Make an action or a part of one ready, or return what was made before."""
        schema = self._schemas.get(key)
        if schema is None:
            schema = self._schemas[key] = ready_schema(key, self.world)
        return schema

    def _to_keep(self, ground: GroundStep) -> bool:
        """Make room for a step, unless it is too big to be kept."""
        weight = ground.weight
        # First of all: no other thread may find a big step and not know that there is one.
        if ground.size > _BIG:
            self._counts = True
        if weight > MAX_KEPT_PIECE:
            return False
        self._make_room(weight)
        return True

    def _make_room(self, weight: int) -> None:
        self._kept += weight
        if self._kept > MAX_KEPT:
            self._kept = weight
            self._steps = {name: {} for name in self.task.actions}
            self._lines = {}
            self._parts = {}
            self.world.atoms.clear()
            self._literals = {}


_cached = TaskCache(lambda task: PreparedTask(read_task(task)), max_kept=32)


def prepare(task: Task) -> PreparedTask:
    """Read a task and make it ready, or return what was made of it before.

    Raises:
        TaskError: one of its kinds, if the task cannot be read.
    """
    return _cached(task)
