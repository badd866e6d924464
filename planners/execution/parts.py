"""What a happening is made of: the conditions and effects of one end of a step, ground."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from planners.condition import Inequality
from planners.execution.arithmetic import DURATION, ground_expression
from planners.execution.changes import NumericChange
from planners.execution.durations import Clock, unkept
from planners.execution.ground import Condition, Effects, GroundStep
from planners.execution.happenings import END, OVER_ALL, START, Happening
from planners.execution.mentions import Mentioned, Mentions
from planners.execution.meter import Meter
from planners.execution.prepared import PreparedTask
from planners.execution.state import GroundAtom, State
from planners.pddl.formula import And, Formula
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    DurationBound,
    DurativeSchema,
    Effect,
    TimedEffect,
)
from planners.plan import Step

NOTHING_NEEDED = And()
NOTHING_CHANGED = AndEffect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One end of a step, what has to hold between both, or what the task states for a time.

    Attributes:
        ground: Its condition and effects.
        formula: The condition as written.
        effect: The effect as written.
        binding: What the variables of the action stand for; `?duration` is among them.
        bounds: The bounds of the duration that are computed there.
    """

    ground: GroundStep
    formula: Formula = NOTHING_NEEDED
    effect: Effect = NOTHING_CHANGED
    binding: Mapping[str, str] = field(default_factory=dict)
    bounds: tuple[DurationBound, ...] = ()

    def holds(self, state: State) -> bool:
        """Say whether the condition holds in a state."""
        condition = self.ground.condition
        return condition is not None and condition.holds(state)


class Parts:
    """Makes the parts of the steps of one plan ground.

    Args:
        prepared: The task.
        steps: The steps; their names, arities and types fit the task.
        meter: Charged for what is made.
    """

    def __init__(self, prepared: PreparedTask, steps: Sequence[Step], meter: Meter) -> None:
        self._prepared = prepared
        self._steps = steps
        self._meter = meter
        self._mentions = Mentions(prepared.world, meter)
        self._stated: dict[Fraction, list[TimedEffect]] = {}
        for timed in prepared.task.timed:
            self._stated.setdefault(timed.time, []).append(timed)

    def of(self, happening: Happening) -> Part:
        """Make what happens at an instant ground.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        if happening.index is None:
            return self._of_task(happening.time)
        return self._of_step(happening.index, happening.part)

    def lasting(self, index: int) -> Part | None:
        """Make what has to hold over all of a durative step ground; None for nothing.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        part = self._of_step(index, OVER_ALL)
        return None if part.ground.condition == Condition() else part

    def mentioned(self, part: Part) -> Mentioned:
        """Collect what the conditions of a part mention, those of its effects included.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        found = Mentioned()
        self._mentions.of_condition(part.formula, part.binding, found)
        self._mentions.of_effect(part.effect, part.binding, found)
        for bound in part.bounds:
            self._mentions.of_expression(bound.value, part.binding, found)
        return found

    def bounds(self, step: Step) -> tuple[Inequality, ...]:
        """List all bounds of the duration of a step that has none, as they are at first."""
        durative = self._prepared.task.durative_actions[step.action]
        start = self._prepared.world.start_values
        world = self._prepared.world
        clock = Clock(tolerance=Fraction(0))
        binding = _binding(durative, step)
        return unkept(durative.bounds, binding, None, world=world, values=start, clock=clock)

    def _of_step(self, index: int, part: str | None) -> Part:
        step = self._steps[index]
        task = self._prepared.task
        ground = self._prepared.ground_part(
            (step.action, part),
            step.arguments,
            None if part is None else step.duration,
            self._meter,
        )
        if part is None:
            action = task.actions[step.action]
            return Part(
                ground=ground,
                formula=action.precondition,
                effect=action.effect,
                binding=_binding(action, step),
            )
        durative = task.durative_actions[step.action]
        formula, effect = {
            START: (durative.at_start, durative.start_effect),
            OVER_ALL: (durative.over_all, NOTHING_CHANGED),
            END: (durative.at_end, durative.end_effect),
        }[part]
        return Part(
            ground=ground,
            formula=formula,
            effect=effect,
            binding=_binding(durative, step),
            bounds=tuple(
                bound
                for bound in durative.bounds
                if part != OVER_ALL and bound.at_end is (part == END)
            ),
        )

    def _of_task(self, time: Fraction) -> Part:
        atoms: dict[bool, list[GroundAtom]] = {True: [], False: []}
        changes: list[NumericChange] = []
        for timed in self._stated[time]:
            self._meter.spend(1)
            effect = timed.effect
            if isinstance(effect, AtomEffect):
                atoms[effect.positive].append((effect.atom.predicate, *effect.atom.terms))
            else:
                term = (effect.function.function, *effect.function.terms)
                amount = ground_expression(effect.amount, {}, self._prepared.world)
                changes.append(NumericChange(effect.operator, term, amount))
        effects = Effects(frozenset(atoms[True]), frozenset(atoms[False]), tuple(changes))
        return Part(ground=GroundStep(Condition(), effects, len(self._stated[time])))


def _binding(schema: ActionSchema | DurativeSchema, step: Step) -> dict[str, str]:
    names = (parameter.name for parameter in schema.parameters)
    binding = dict(zip(names, step.arguments, strict=True))
    if isinstance(schema, DurativeSchema) and step.duration is not None:
        binding[DURATION] = str(step.duration)
    return binding
