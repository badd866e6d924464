"""Execution step by step: plans whose steps have an order and no times that matter."""

from collections.abc import Iterable, Sequence

from planners.condition import Cause, Condition
from planners.execution.diagnosis import Diagnosis
from planners.execution.execution import Execution
from planners.execution.ground import GroundStep
from planners.execution.history import History
from planners.execution.meter import Meter
from planners.execution.numbers import Fault
from planners.execution.prepared import PreparedTask
from planners.execution.state import Update
from planners.execution.trajectories import Monitor
from planners.plan import Step
from planners.verdict import StepFlaw, UnsatisfiedPrecondition


def execute(
    prepared: PreparedTask, steps: Sequence[Step], ground: Sequence[GroundStep], meter: Meter
) -> Execution:
    """Execute steps in their order, as far as they can be.

    Args:
        prepared: The task.
        steps: The steps of the plan.
        ground: The same steps, ground; fewer where not all fit the task.
        meter: Charged where atoms are derived and states are watched.

    Raises:
        BoundReached: if the meter is exhausted, or a number grows too big.
    """
    run = _Run(prepared, steps, ground, meter)
    monitor = Monitor(prepared.world, meter) if prepared.watched else None
    if monitor is None and prepared.derivation is None:
        run.go_plainly()
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


class _Run:
    """One execution, from step to step."""

    def __init__(
        self,
        prepared: PreparedTask,
        steps: Sequence[Step],
        ground: Sequence[GroundStep],
        meter: Meter,
    ) -> None:
        self.state = prepared.start(meter)
        self.executed = 0
        self._prepared = prepared
        self._steps = steps
        self._ground = ground

    def go_plainly(self) -> None:
        """Execute the steps of a task without axioms; nobody watches the states."""
        atoms, values = self.state.atoms, self.state.values
        executed = 0
        for step in self._ground:
            plain = step.plain
            # Most steps are plain, and going round the rest makes these thrice as fast.
            if plain is not None:
                needs, deletes, adds, gains = plain
                if not needs <= atoms:
                    break
                atoms -= deletes
                atoms |= adds
                if gains:
                    for term, gain in gains:
                        values[term] += gain
            elif not self._apply(step):
                break
            executed += 1
        self.executed = executed

    def go(self, monitor: Monitor | None) -> None:
        """Execute the steps of any task."""
        if monitor is not None:
            monitor.observe(self.state, -1)
        for step, ground in zip(self._steps, self._ground, strict=False):
            if monitor is not None:
                monitor.step(step.action, step.arguments, self.state)
            if not self._apply(ground):
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
        conditional = any(step.effects.whens for step in executed)
        # A meter of its own: what is known of the plan is not given up for its causes.
        state = self._prepared.start(Meter())
        for index, step in enumerate(executed):
            if not conditional:
                history.add(index, step.effects)
                continue
            update = step.effects.in_state(state)
            assert isinstance(update, Update), "the step was executed before"
            state.apply(update)
            history.add(index, update)
        return history.causes(unmet)

    def _apply(self, step: GroundStep) -> bool:
        """Go on to the next state; False where the step cannot be executed."""
        if step.condition is None or not step.condition.holds(self.state):
            return False
        update = step.effects.in_state(self.state)
        if isinstance(update, Fault):
            return False
        self.state.apply(update)
        return True
