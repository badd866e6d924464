"""Execution step by step: plans whose steps have an order and no times that matter."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from planners.condition import Cause, Condition
from planners.execution.diagnosis import Diagnosis
from planners.execution.execution import Execution
from planners.execution.ground import Condition as GroundCondition
from planners.execution.ground import Effects, GroundStep, Swift
from planners.execution.history import History
from planners.execution.meter import Meter
from planners.execution.numbers import Fault
from planners.execution.prepared import PreparedTask
from planners.execution.state import State, Update
from planners.execution.trajectories import Monitor
from planners.plan import Plan, Step
from planners.verdict import StepFlaw, UnsatisfiedPrecondition


class Begun(NamedTuple):
    """How far the steps of a plan could be executed.

    Attributes:
        state: Where execution stopped.
        executed: How many steps were executed.
        done: Whether that is all of them, and the goal holds.
    """

    state: State
    executed: int
    done: bool


def begin(prepared: PreparedTask, plan: Plan) -> Begun | None:
    """Execute a plan as far as it can be, if that takes nothing but looking up its steps.

    Args:
        prepared: The task.
        plan: The plan. Its time stamps do not matter.

    Returns:
        How far that was. None where more has to be done, or where there may be a flaw in the
        names, arity or types of a step.

    Raises:
        BoundReached: if a number grows too big.
    """
    found = prepared.swift(plan)
    if found is None:
        return None
    steps, goal = found
    state = prepared.start(Meter())
    executed = _advance(state, steps)
    done = executed == len(steps) and goal is not None and goal.holds(state)
    return Begun(state, executed, done)


def execute(
    prepared: PreparedTask,
    steps: Sequence[Step],
    ground: Sequence[GroundStep],
    meter: Meter,
    begun: Begun | None = None,
) -> Execution:
    """Execute steps in their order, as far as they can be.

    Args:
        prepared: The task.
        steps: The steps of the plan.
        ground: The same steps, ground; fewer where not all fit the task.
        meter: Charged where atoms are derived and states are watched.
        begun: What `begin` returned, if it was asked.

    Raises:
        BoundReached: if the meter is exhausted, or a number grows too big.
    """
    state = prepared.start(meter) if begun is None else begun.state
    run = _Run(prepared, steps, ground, state)
    monitor = Monitor(prepared.world, meter) if prepared.watched else None
    if begun is not None:
        run.executed = begun.executed
    elif monitor is None and prepared.derivation is None:
        run.executed = _advance(state, [step.swift for step in ground])
    else:
        run.go(monitor)
    flaws = run.flaws()
    return Execution(
        state=run.state,
        executed=run.executed,
        flaws=flaws,
        values=run.state.values,
        broken=monitor.finish(run.executed) if monitor and not flaws else (),
        violated=monitor.violated if monitor else {},
        causes=run.causes,
    )


def _advance(state: State, steps: Sequence[Swift]) -> int:
    """Execute steps as far as they can be, where there are no axioms and nobody watches.

    Args:
        state: Where to begin. Changed in place.
        steps: The steps.

    Returns:
        How many were executed.

    Raises:
        BoundReached: if a number grows too big.
    """
    atoms, values = state.atoms, state.values
    # Counted by what is left: to count in the loop would take a tenth of its time.
    left = iter(steps)
    for needs, deletes, adds, rest in left:
        if not needs <= atoms:
            if rest is None:
                break
            needed, bans, gains, whole = rest
            if not (needed <= atoms and bans.isdisjoint(atoms)):
                break
            if whole is not None and not _apply(state, *whole):
                break
            for term, gain in gains:
                values[term] += gain
        atoms -= deletes
        atoms |= adds
    else:
        return len(steps)
    return len(steps) - len([*left]) - 1


class _Run:
    """One execution, from step to step."""

    def __init__(
        self,
        prepared: PreparedTask,
        steps: Sequence[Step],
        ground: Sequence[GroundStep],
        state: State,
    ) -> None:
        self.state = state
        self.executed = 0
        self._prepared = prepared
        self._steps = steps
        self._ground = ground

    def go(self, monitor: Monitor | None) -> None:
        """Execute the steps of any task."""
        if monitor is not None:
            monitor.observe(self.state, -1)
        for step, ground in zip(self._steps, self._ground, strict=False):
            if monitor is not None:
                monitor.step(step.action, step.arguments, self.state)
            if not _apply(self.state, ground.condition, ground.effects):
                break
            if monitor is not None:
                monitor.observe(self.state, self.executed)
            self.executed += 1

    def flaws(self) -> tuple[StepFlaw, ...]:
        """Say why the next step cannot be executed, if there is one."""
        index = self.executed
        if index == len(self._ground):
            return ()
        step, ground = self._steps[index], self._ground[index]
        if ground.condition is not None and ground.condition.holds(self.state):
            fault = ground.effects.in_state(self.state)
            assert isinstance(fault, Fault), "a step that can be executed has no flaw"
            return (fault.kind(index=index, step=step, term=fault.term),)
        action = self._prepared.task.actions[step.action]
        variables = (parameter.name for parameter in action.parameters)
        binding = dict(zip(variables, step.arguments, strict=True))
        unmet = Diagnosis(self._prepared.world, self.state).unmet(action.precondition, binding)
        why = self.causes(unmet)
        return (UnsatisfiedPrecondition(index=index, step=step, unmet=unmet, causes=why),)

    def causes(self, unmet: Iterable[Condition]) -> tuple[Cause, ...]:
        """Say why literals do not hold where execution stopped, by executing it again."""
        executed = self._ground[: self.executed]
        history = History(self._prepared, self._steps)
        # Only effects under conditions have to be asked what they are in a state.
        effects = [step.effects for step in executed]
        if not any(each.whens for each in effects):
            history.add_all(effects)
            return history.causes(unmet)
        # A meter of its own: what is known of the plan is not given up for its causes.
        state = self._prepared.start(Meter())
        for index, step in enumerate(executed):
            update = step.effects.in_state(state)
            assert isinstance(update, Update), "the step was executed before"
            state.apply(update)
            history.add(index, update)
        return history.causes(unmet)


def _apply(state: State, condition: GroundCondition | None, effects: Effects) -> bool:
    """Go on to the next state; False where the step cannot be executed."""
    if condition is None or not condition.holds(state):
        return False
    update = effects.in_state(state)
    if isinstance(update, Fault):
        return False
    state.apply(update)
    return True
