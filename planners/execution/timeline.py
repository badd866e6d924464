"""Execution along time stamps: temporal plans, and parallel ones of any task.

Source: Fox and Long, "PDDL2.1: an extension to PDDL for expressing temporal planning
domains" (2003), definitions 11 to 20, read as VAL reads it. All that happens at one instant
reads the state before it and must not interfere. What has to hold over all of a step holds
in each state from behind its start to before its end, both instants excluded.
"""

from collections.abc import Sequence
from fractions import Fraction

from planners.execution.diagnosis import Diagnosis
from planners.execution.durations import Clock, unkept
from planners.execution.execution import Execution
from planners.execution.happenings import (
    OVER_ALL,
    START,
    Happening,
    Instant,
    instants,
    misplaced,
)
from planners.execution.history import History
from planners.execution.meter import Meter
from planners.execution.mutex import TASK, Clash, Ledger
from planners.execution.numbers import Fault, bounded
from planners.execution.parts import Part, Parts
from planners.execution.prepared import PreparedTask
from planners.execution.state import GroundAtom, Number, State, Update
from planners.execution.trajectories import Monitor
from planners.plan import Step
from planners.verdict import (
    Interference,
    StepFlaw,
    UnsatisfiedPrecondition,
    WrongDuration,
    WrongTime,
)

# To look whether something still holds takes a small part of the time of making it.
LOOKS_PER_PART = 4


def execute_timed(
    prepared: PreparedTask, steps: Sequence[Step], clock: Clock, meter: Meter
) -> Execution:
    """Execute the steps of a plan at their times.

    A step happens at its time stamp, a durative one again when it ends; what the task
    states for a time happens then, also behind the last step. Happenings that interfere
    have to be further apart than the window of the clock; others are executed in exact
    order of time, however close they are.

    Args:
        prepared: The task.
        steps: The steps; their names, arities and types fit the task.
        clock: How times are compared.
        meter: Charged for all that is made and looked at.

    Raises:
        BoundReached: if the meter is exhausted, or a number grows too big.
    """
    run = _Run(prepared, steps, clock, meter)
    task = prepared.task
    makespan = Fraction(0)
    flaws = tuple(misplaced(task, steps, clock.tolerance, run.parts.bounds))
    if not flaws:
        timeline = instants(task, steps)
        makespan = max((time for time, _ in filter(_planned, timeline)), default=makespan)
        found = run.execute(timeline)
        flaws = () if found is None else (found,)
    broken = () if flaws else run.monitor.finish(len(steps), run.time)
    return Execution(
        state=run.state,
        executed=run.executed,
        flaws=flaws,
        values=run.state.values if run.values is None else run.values,
        makespan=makespan if task.temporal else None,
        violated=run.monitor.violated,
        broken=broken,
        causes=run.history.causes,
    )


class _Run:
    """One execution, from instant to instant."""

    def __init__(
        self, prepared: PreparedTask, steps: Sequence[Step], clock: Clock, meter: Meter
    ) -> None:
        self.state = prepared.start(meter)
        self.executed = 0
        self.time = Fraction(0)
        self.values: dict[GroundAtom, Number] | None = None
        self.parts = Parts(prepared, steps, meter)
        self.monitor = Monitor(prepared.world, meter)
        self.history = History(prepared, steps)
        self._world = prepared.world
        self._steps = steps
        self._clock = clock
        self._meter = meter
        derived = bool(prepared.world.derived)
        self._window = clock.window
        self._ledger = Ledger(self._window, meter, derived=derived)
        self._entered: list[Happening] = []
        self._lasting: dict[int, Part] = {}
        self._last = -1

    def execute(self, timeline: Sequence[Instant]) -> StepFlaw | None:
        """Go from instant to instant, up to the first flaw."""
        self.monitor.observe(self.state, -1, self.time)
        last = max((place for place, each in enumerate(timeline) if _planned(each)), default=-1)
        for place, (time, happenings) in enumerate(timeline):
            # The metric looks at what the plan came to, not at what the task states later.
            if place == last + 1:
                self.values = dict(self.state.values)
            self.time = time
            alone = len(happenings) == 1 and self._far(timeline, place)
            flaw = self._pass(happenings, alone=alone)
            if flaw is not None:
                return flaw
        return None

    def _far(self, timeline: Sequence[Instant], place: int) -> bool:
        """Say whether no other instant is so close that happenings could interfere."""
        before = place == 0 or self.time - timeline[place - 1][0] > self._window
        last = place == len(timeline) - 1
        return before and (last or timeline[place + 1][0] - self.time > self._window)

    def _pass(self, happenings: Sequence[Happening], *, alone: bool) -> StepFlaw | None:
        """Carry out all that happens at one instant, unless there is a flaw."""
        self._meter.spend(len(happenings) + len(self._lasting) // LOOKS_PER_PART)
        parts = [self.parts.of(each) for each in happenings]
        updates: list[Update] = []
        for happening, part in zip(happenings, parts, strict=True):
            found = self._try(happening, part)
            if not isinstance(found, Update):
                return found
            updates.append(found)
        if not alone:
            for happening, part in zip(happenings, parts, strict=True):
                clash = self._enter(happening, part)
                if clash is not None:
                    return self._interference(happening, clash)
        self.state.apply(_merged(updates, self.state))
        for happening, update in zip(happenings, updates, strict=True):
            self.history.add(happening.index, update)
        self._note(happenings)
        for index, part in sorted(self._lasting.items()):
            if not part.holds(self.state):
                return self._unsatisfied(index, part, OVER_ALL)
        self.monitor.observe(self.state, self._last, self.time)
        return None

    def _try(self, happening: Happening, part: Part) -> Update | StepFlaw:
        """Compute what a happening changes, or say why it cannot take place."""
        index, state = happening.index, self.state
        if index is not None:
            step = self._steps[index]
            self.monitor.step(step.action, step.arguments, state, happening.part)
            missed = unkept(
                part.bounds,
                part.binding,
                step.duration,
                world=self._world,
                values=state.values,
                clock=self._clock,
            )
            if missed:
                return WrongDuration(index=index, step=step, found=step.duration, expected=missed)
            if not part.holds(state):
                return self._unsatisfied(index, part, happening.part)
        update = part.ground.effects.in_state(state)
        if isinstance(update, Fault):
            assert index is not None, "what a task states has a value"
            return update.kind(index=index, step=self._steps[index], term=update.term)
        return update

    def _enter(self, happening: Happening, part: Part) -> Clash | None:
        number = TASK
        if happening.index is not None:
            number = len(self._entered)
            self._entered.append(happening)
        mentioned, effects = self.parts.mentioned(part), part.ground.effects
        return self._ledger.enter(number, self.time, mentioned, effects, self.state)

    def _interference(self, happening: Happening, clash: Clash) -> StepFlaw:
        other = None if clash.other == TASK else self._entered[clash.other].index
        indices = sorted({each for each in (happening.index, other) if each is not None})
        step = self._steps[indices[-1]]
        if len(indices) == 2:
            return Interference(
                index=indices[1],
                step=step,
                other=indices[0],
                other_step=self._steps[indices[0]],
                term=clash.term,
                time=self.time,
            )
        if happening.index == other:
            reason = f"its start and its end fall together, and both touch {clash.term}"
        else:
            reason = f"the task itself touches {clash.term} at that time"
        return WrongTime(index=indices[0], step=step, reason=reason)

    def _note(self, happenings: Sequence[Happening]) -> None:
        """Keep book of which steps go on and which are done."""
        for each in happenings:
            if each.index is None:
                continue
            if each.part == START:
                step = self._steps[each.index]
                self.monitor.begin(each.index, step.action, step.arguments)
                lasting = self.parts.lasting(each.index)
                if lasting is not None:
                    self._lasting[each.index] = lasting
            else:
                self._lasting.pop(each.index, None)
                self.monitor.end(each.index)
                self.executed += 1
        planned = [each.index for each in happenings if each.index is not None]
        self._last = max(planned, default=self._last)

    def _unsatisfied(self, index: int, part: Part, phase: str | None) -> StepFlaw:
        unmet = Diagnosis(self._world, self.state).unmet(part.formula, part.binding)
        return UnsatisfiedPrecondition(
            index=index,
            step=self._steps[index],
            unmet=unmet,
            causes=self.history.causes(unmet),
            time=self.time,
            phase=phase,
        )


def _planned(instant: Instant) -> bool:
    """Say whether a step has a part in an instant."""
    return any(happening.index is not None for happening in instant[1])


def _merged(updates: Sequence[Update], state: State) -> Update:
    """Join updates that were computed in one state and do not interfere."""
    if len(updates) == 1:
        return updates[0]
    numbers: dict[GroundAtom, Number] = {}
    for update in updates:
        for term, value in update.numbers.items():
            # Two change a number only where both raise or lower it.
            more = numbers[term] - state.values[term] if term in numbers else 0
            numbers[term] = bounded(value + more)
    return Update(
        frozenset().union(*(update.adds for update in updates)),
        frozenset().union(*(update.deletes for update in updates)),
        numbers,
    )
