"""Plans with time stamps taken apart: what happens when (PDDL 2.1, definition 18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from planners.pddl.formula import And, Formula
from planners.pddl.model import DurationBound, LiftedTask
from planners.plan import Step
from tests.planners.naive.interpreter import Interpreter
from tests.planners.naive.simple import Flaw, Simple
from tests.planners.naive.substitution import put_in, put_in_effect, put_in_expression

TOLERANCE = Fraction(1, 1000)
TASK = -1


@dataclass(frozen=True)
class Event:
    """Attributes:
    time: When it happens.
    simple: What happens.
    duration: How long its step takes.
    bounds: What bounds that, in the state before the event; ground.
    ends: Whether its step is over with it.
    """

    time: Fraction
    simple: Simple
    duration: Fraction = Fraction(0)
    bounds: tuple[DurationBound, ...] = ()
    ends: bool = True


def misplaced(task: LiftedTask, steps: tuple[Step, ...]) -> Iterator[Flaw]:
    """Find what keeps steps from having a time at all."""
    for at, step in enumerate(steps):
        durative = step.action in task.durative_actions
        if step.start is None or step.start < 0:
            yield "time", at, ""
        elif (durative and (step.duration is None or step.duration < 0)) or (
            not durative and task.temporal and (step.duration or 0) > TOLERANCE
        ):
            yield "duration", at, ""


def length(task: LiftedTask, step: Step) -> Fraction:
    durative = step.action in task.durative_actions
    return step.duration if durative and step.duration is not None else Fraction(0)


class Events:
    """Makes the events of the steps of a plan."""

    def __init__(self, task: LiftedTask, steps: tuple[Step, ...]) -> None:
        self.task = task
        self.steps = steps
        self.sequential = Interpreter(task)

    def times(self) -> list[Fraction]:
        return sorted({event.time for event in self.all()})

    def at(self, time: Fraction) -> list[Event]:
        return [event for event in self.all() if event.time == time]

    def all(self) -> Iterator[Event]:
        for timed in self.task.timed:
            yield Event(timed.time, Simple(TASK, And(), timed.effect))
        for at, step in enumerate(self.steps):
            if step.action in self.task.durative_actions:
                yield self.half(at, step, end=False)
                yield self.half(at, step, end=True)
            else:
                yield Event(step.start, self.sequential.simple(at, step))

    def half(self, at: int, step: Step, *, end: bool) -> Event:
        """Make the start or the end of a durative step."""
        schema, binding = self.task.durative_actions[step.action], self.sequential.binding(step)
        condition = schema.at_end if end else schema.at_start
        effect = schema.end_effect if end else schema.start_effect
        bounds = tuple(
            DurationBound(bound.operator, put_in_expression(bound.value, binding))
            for bound in schema.bounds
            if bound.at_end is end
        )
        simple = Simple(
            at,
            put_in(condition, binding, step.duration),
            put_in_effect(effect, binding, step.duration),
            tuple(bound.value for bound in bounds),
        )
        time = step.start + step.duration if end else step.start
        return Event(time, simple, step.duration, bounds, end)

    def lasting(self, time: Fraction) -> Iterator[tuple[int, Formula]]:
        """Run through the steps that go on behind a time, with what they need meanwhile."""
        for at, step in enumerate(self.steps):
            schema = self.task.durative_actions.get(step.action)
            if schema is not None and step.start <= time < step.start + step.duration:
                yield at, put_in(schema.over_all, self.sequential.binding(step), step.duration)
