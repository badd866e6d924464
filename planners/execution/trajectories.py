"""Constraints and preferences on the states that a plan passes through.

Source: Gerevini, Haslum, Long, Saetti and Dimopoulos, "Deterministic planning in the fifth
international planning competition: PDDL3" (2009), section 3. A state holds from its own
time up to that of the next, the last one for ever; so `hold-during` and `hold-after` look
at every state that holds at some time of theirs, not only at those that begin there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from planners.execution.conditions import ConditionCompiler
from planners.execution.ground import Condition, ConditionDraft
from planners.execution.happenings import OVER_ALL
from planners.execution.layout import Layout
from planners.execution.meter import Meter
from planners.execution.ranges import Ranges
from planners.execution.state import State
from planners.execution.watches import TIMED, Watch, watch
from planners.execution.world import World
from planners.pddl.formula import Formula, Parameter
from planners.pddl.model import LiftedTask, Trajectory
from planners.pddl.writing_temporal import trajectory_text
from planners.verdict import ViolatedConstraint

# To look at ready conditions takes a small part of the time that making them takes.
READS_PER_PART = 16

# The name of a preference, and its condition; None for one that holds in no state.
Wish: TypeAlias = tuple[str, Condition | None]
Instance: TypeAlias = tuple[Mapping[str, str], tuple[Condition | None, ...]]


def needs_times(task: LiftedTask) -> bool:
    """Say whether constraints or preferences of a task speak of time.

    Without time stamps they cannot be judged: how long a step takes is not known then.
    """
    conditions = [*task.constraints, *(each.condition for each in task.preferences)]
    return any(condition.kind in TIMED for condition in conditions)


@dataclass(slots=True)
class _Watched:
    """One instance of a trajectory condition.

    Attributes:
        trajectory: The condition.
        binding: The objects put in.
        conditions: Its formulas, ground; None for one that holds in no state.
        watch: What it saw so far.
        preference: The name of the preference, or None for a constraint.
        place: Index of the step behind which it was clear that it is violated.
        time: When that was.
    """

    trajectory: Trajectory
    binding: Mapping[str, str]
    conditions: tuple[Condition | None, ...]
    watch: Watch
    preference: str | None = None
    place: int | None = None
    time: Fraction | None = None


@dataclass(slots=True)
class _Preferred:
    """What is preferred of one step, ground.

    Attributes:
        wishes: What should hold.
        effort: What looking at them is charged.
    """

    wishes: tuple[Wish, ...]
    effort: int


class Monitor:
    """Watches the states of one plan.

    Feed it with the first state, with each step before and each state after it, and ask
    for what is violated at the end. Of durative steps say when they go on.

    Args:
        world: What does not change.
        meter: Charged for making conditions ready and for looking at them.

    Raises:
        BoundReached: if the meter is exhausted.
    """

    def __init__(self, world: World, meter: Meter) -> None:
        self._world = world
        self._meter = meter
        self._steps: dict[tuple[str, tuple[str, ...], str | None], _Preferred] = {}
        self._lasting: dict[int, _Preferred] = {}
        self._counts: dict[str, int] = {}
        before = meter.spent
        task = world.task
        self._watched = [each for one in task.constraints for each in self._instances(one, None)]
        for preference in task.preferences:
            self._watched += self._instances(preference.condition, preference.name)
        self._effort = 1 + (meter.spent - before) // READS_PER_PART

    def step(
        self, action: str, arguments: tuple[str, ...], state: State, phase: str | None = None
    ) -> None:
        """Count the preferences of an action that do not hold before a step of it.

        Args:
            action: Name of the action schema.
            arguments: What its parameters stand for.
            state: The state before the step.
            phase: `start` or `end` of a durative step, which is looked at before each.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        self._held(self._preferred(action, arguments, phase), state)

    def begin(self, index: int, action: str, arguments: tuple[str, ...]) -> None:
        """Look, from the next state on, at what is preferred over all of a durative step.

        Args:
            index: Index of the step.
            action: Name of the action schema.
            arguments: What its parameters stand for.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        preferred = self._preferred(action, arguments, OVER_ALL)
        if preferred.wishes:
            self._lasting[index] = preferred

    def end(self, index: int) -> None:
        """Look no more at what is preferred over all of a step."""
        self._lasting.pop(index, None)

    def observe(self, state: State, index: int, time: Fraction | None = None) -> None:
        """Look at the next state.

        Args:
            state: The state.
            index: Index of the last step before it; -1 for the first state.
            time: Since when it holds, in the unit of the plan's time stamps; None where
                the plan has none. Never falls.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        self._meter.spend(self._effort)
        for step, lasting in self._lasting.items():
            # What has failed once is counted, and looked at no more.
            self._lasting[step] = _Preferred(self._held(lasting, state), lasting.effort)
        for watched in self._watched:
            if watched.watch.settled:
                continue
            truths = tuple(
                condition is not None and condition.holds(state) for condition in watched.conditions
            )
            watched.watch.see(truths[0], truths[-1], time or Fraction(0))
            if watched.watch.broken:
                watched.place, watched.time = index, time

    def finish(self, steps: int, time: Fraction | None = None) -> tuple[ViolatedConstraint, ...]:
        """Close the run and list the constraints that are violated.

        Args:
            steps: How many steps the plan has.
            time: When the last state began; None where the plan has no times.

        Returns:
            The violated constraints, in the order in which that was clear.
        """
        found: list[ViolatedConstraint] = []
        for watched in self._watched:
            if not watched.watch.settled:
                watched.watch.end()
                if watched.watch.broken:
                    watched.place, watched.time = steps, time
            if not watched.watch.broken:
                continue
            if watched.preference is not None:
                name = watched.preference
                self._counts[name] = self._counts.get(name, 0) + 1
            else:
                assert watched.place is not None
                text = trajectory_text(watched.trajectory, watched.binding)
                found.append(
                    ViolatedConstraint(index=watched.place, constraint=text, time=watched.time)
                )
        return tuple(sorted(found, key=lambda flaw: flaw.index))

    @property
    def violated(self) -> Mapping[str, int]:
        """How often each preference is violated, sorted by name; without those that hold.

        Complete behind `finish`.
        """
        return dict(sorted(self._counts.items()))

    def _instances(self, trajectory: Trajectory, preference: str | None) -> Iterator[_Watched]:
        for binding, conditions in self._ground(trajectory.parameters, trajectory.formulas):
            yield _Watched(
                trajectory,
                binding,
                conditions,
                watch(trajectory.kind, trajectory.times),
                preference,
            )

    def _ground(
        self,
        parameters: tuple[Parameter, ...],
        formulas: tuple[Formula, ...],
        binding: Mapping[str, str] | None = None,
    ) -> Iterator[Instance]:
        outer = dict(binding or {})
        variables = tuple(parameter.name for parameter in parameters)
        names = (*outer, *(name for name in variables if name not in outer))
        layout = Layout(names)
        compiler = ConditionCompiler(layout, self._world)
        compiled = [compiler.compile(formula, layout.places) for formula in formulas]
        ranges = Ranges(self._world, tuple(parameter.types for parameter in parameters))
        for objects in ranges.instances(self._meter):
            inner = {**outer, **dict(zip(variables, objects, strict=True))}
            conditions: list[Condition | None] = []
            for each in compiled:
                filled = [*inner.values(), *layout.template[len(names) :]]
                draft = ConditionDraft()
                held = each.ground(filled, draft, self._meter)
                conditions.append(draft.frozen() if held else None)
            yield inner, tuple(conditions)

    def _held(self, preferred: _Preferred, state: State) -> tuple[Wish, ...]:
        """Return what holds in a state of what is preferred, and count what does not."""
        self._meter.spend(preferred.effort)
        held: list[Wish] = []
        for name, condition in preferred.wishes:
            if condition is not None and condition.holds(state):
                held.append((name, condition))
            else:
                self._counts[name] = self._counts.get(name, 0) + 1
        return tuple(held)

    def _preferred(self, action: str, arguments: tuple[str, ...], phase: str | None) -> _Preferred:
        found = self._steps.get((action, arguments, phase))
        if found is None:
            before = self._meter.spent
            wishes = tuple(self._wishes(action, arguments, phase))
            effort = len(wishes) + (self._meter.spent - before) // READS_PER_PART
            found = self._steps[action, arguments, phase] = _Preferred(wishes, effort)
        return found

    def _wishes(self, action: str, arguments: tuple[str, ...], phase: str | None) -> Iterator[Wish]:
        task = self._world.task
        schema = task.durative_actions[action] if phase else task.actions[action]
        names = (parameter.name for parameter in schema.parameters)
        binding = dict(zip(names, arguments, strict=True))
        for preference in schema.preferences:
            if preference.phase != phase:
                continue
            formulas = (preference.condition,)
            for _, (condition,) in self._ground(preference.parameters, formulas, binding):
                yield preference.name, condition
