"""Verification: execute a plan from the initial state and check the goal.

`Valid` values are made here and nowhere else, so holding one is proof.
"""

from dataclasses import dataclass
from fractions import Fraction

from planners.errors import BoundReached
from planners.execution.diagnosis import Diagnosis
from planners.execution.ground import GroundAtom, GroundStep, State
from planners.execution.meter import Meter
from planners.execution.prepared import PreparedTask, prepare
from planners.plan import Plan, Step
from planners.task import Task
from planners.verdict import (
    Condition,
    Flaw,
    Invalid,
    StepFlaw,
    UndefinedValue,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    Verdict,
)

MAX_STEPS = 100_000


def verify(task: Task, plan: Plan) -> Verdict:
    """Say whether a plan solves a task, and if not, what is wrong with it.

    Names, arities and types are checked over the whole plan first. Then the steps are
    executed in order, as far as they can be, and behind the last one the goal is checked.
    A step deletes before it adds, and all its conditions are read in the state before it.
    Time stamps are not looked at: the order of the steps is the order of the plan.

    Args:
        task: The task. What is made of it is kept for the next plan.
        plan: The plan.

    Returns:
        `Valid`, or `Invalid` with the first flaw. No verdict depends on plans before it.

    Raises:
        TaskError: one of its kinds, if the task cannot be read.
        BoundReached: if the plan or what its quantifiers range over is past a bound.
    """
    steps = plan.steps
    if len(steps) > MAX_STEPS:
        raise BoundReached("steps in one plan", MAX_STEPS)
    prepared = prepare(task)
    meter = Meter()
    goal = prepared.goal(meter)
    ground, misfits = prepared.ground(steps, meter)
    execution = _execute(prepared, ground)
    reached = goal is not None and goal.holds(execution.state)
    if reached and execution.flawed is None and not misfits:
        return Valid(cost=_cost(prepared, execution), steps=len(steps))
    return _explain(prepared, plan, execution, misfits, reached=reached)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Execution:
    """How far the steps could be executed.

    Attributes:
        state: Where execution stopped.
        executed: How many steps were executed.
        cost: What they cost together.
        flawed: The step that could not be executed, or None.
        undefined: The function term that it needs and that has no value, or None.
    """

    state: State
    executed: int
    cost: Fraction | int
    flawed: GroundStep | None = None
    undefined: str | None = None


def _execute(prepared: PreparedTask, steps: list[GroundStep]) -> _Execution:
    state = set(prepared.world.start)
    cost: Fraction | int = 0
    executed = 0
    for step in steps:
        condition, effects = step.condition, step.effects
        if condition is None or not condition.needs <= state:
            return _Execution(state=state, executed=executed, cost=cost, flawed=step)
        # Most steps are plain, and going round the rest makes these twice as fast.
        if not step.plain:
            if not condition.holds(state):
                return _Execution(state=state, executed=executed, cost=cost, flawed=step)
            effects = effects.in_state(state)
            if effects.undefined is not None:
                term = effects.undefined
                return _Execution(
                    state=state, executed=executed, cost=cost, flawed=step, undefined=term
                )
        state -= effects.deletes
        state |= effects.adds
        cost += effects.cost
        executed += 1
    return _Execution(state=state, executed=executed, cost=cost)


def _cost(prepared: PreparedTask, execution: _Execution) -> Fraction:
    metric = prepared.task.metric
    if metric is None:
        return Fraction(execution.executed)
    return prepared.task.init_values.get(metric, Fraction(0)) + execution.cost


def _explain(
    prepared: PreparedTask,
    plan: Plan,
    execution: _Execution,
    misfits: list[StepFlaw],
    *,
    reached: bool,
) -> Invalid:
    world, state = prepared.world, execution.state

    def holds(atom: GroundAtom) -> bool:
        return atom in (state if atom[0] in world.changing else world.fixed)

    diagnosis = Diagnosis(world, holds)
    open_goals = () if reached else diagnosis.unmet(prepared.task.goal, {})
    flaws: list[Flaw] = list(misfits)
    if execution.flawed is not None:
        step = plan.steps[execution.executed]
        flaws.append(_execution_flaw(prepared, step, execution, diagnosis))
    elif not misfits:
        flaws.append(UnsatisfiedGoal(index=len(plan.steps), unmet=open_goals))
    return Invalid(
        flaw=flaws[0],
        also=tuple(sorted(flaws[1:], key=lambda flaw: flaw.index)),
        executed=execution.executed,
        state=prepared.literals(state),
        open_goals=open_goals,
    )


def _execution_flaw(
    prepared: PreparedTask, step: Step, execution: _Execution, diagnosis: Diagnosis
) -> StepFlaw:
    index = execution.executed
    if execution.undefined is not None:
        return UndefinedValue(index=index, step=step, term=execution.undefined)
    action = prepared.task.actions[step.action]
    variables = (parameter.name for parameter in action.parameters)
    binding = dict(zip(variables, step.arguments, strict=True))
    unmet: tuple[Condition, ...] = diagnosis.unmet(action.precondition, binding)
    return UnsatisfiedPrecondition(index=index, step=step, unmet=unmet)
