"""Verification: execute a plan from the initial state and check the goal.

`Valid` values are made here and nowhere else, so holding one is proof.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from planners.errors import BoundReached
from planners.execution.diagnosis import Diagnosis
from planners.execution.durations import Clock
from planners.execution.execution import Execution
from planners.execution.happenings import stand_close
from planners.execution.meter import Meter
from planners.execution.numbers import term_text
from planners.execution.prepared import PreparedTask, prepare
from planners.execution.sequence import begin, execute
from planners.execution.state import GroundAtom, Number
from planners.execution.timeline import execute_timed
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Flaw, Invalid, StepFlaw, UnsatisfiedGoal, Valid, Verdict

MAX_STEPS = 100_000
# What VAL is asked for in the competitions, in the unit of time stamps.
TOLERANCE = Fraction(1, 1000)


def verify(task: Task, plan: Plan, *, tolerance: Fraction = TOLERANCE) -> Verdict:
    """Say whether a plan solves a task, and if not, what is wrong with it.

    Names, arities and types are checked over the whole plan first. Then the steps are
    executed in order, as far as they can be, and behind the last one the goal is checked.
    A step deletes before it adds, and all its conditions are read in the state before it.

    Time stamps count where the task speaks of time, and where steps stand at one instant.
    Other plans are sequences in the order of their stamps; durations say nothing in them,
    as planners print them behind steps that take no time.

    Args:
        task: The task. What is made of it is kept for the next plan.
        plan: The plan.
        tolerance: By how much a duration may miss its bounds, in the unit of time stamps;
            at least 0. What is no further apart than a tenth of it must not interfere.

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
    timed = prepared.timed or (plan.lines is None and stand_close(steps, tolerance))
    # Most plans are of steps that were made before, and there is no more to do than this.
    begun = None if timed else begin(prepared, plan)
    if begun is not None and begun.done:
        cost = _cost(prepared, len(steps), begun.state.values, None, {})
        return Valid(cost=cost, steps=len(steps))
    meter = Meter()
    goal = prepared.goal(meter)
    ground, misfits = ([], prepared.misfits(steps)) if timed else prepared.ground(steps, meter)
    # Where a step makes no sense, what happens at the times of others makes none.
    if timed and not misfits:
        execution = execute_timed(prepared, steps, Clock(tolerance=tolerance), meter)
    else:
        execution = execute(prepared, steps, ground, meter, begun)
    reached = goal is not None and goal.holds(execution.state)
    if reached and not (misfits or execution.flaws or execution.broken):
        return Valid(
            cost=_cost(
                prepared, len(steps), execution.values, execution.makespan, execution.violated
            ),
            steps=len(steps),
            makespan=execution.makespan,
            violated=tuple(execution.violated.items()),
            tolerance=tolerance if timed else None,
        )
    return _explain(prepared, plan, misfits, execution, reached=reached)


# To make one takes as long as a few steps, and most plans are of few lengths.
_whole = lru_cache(maxsize=256)(Fraction)


def _cost(
    prepared: PreparedTask,
    steps: int,
    values: Mapping[GroundAtom, Number],
    makespan: Fraction | None,
    violated: Mapping[str, int],
) -> Fraction | None:
    if prepared.task.metric is None:
        return _whole(steps)
    time = steps if makespan is None else makespan
    value = prepared.metric(values, time, violated)
    return None if value is None else Fraction(value)


def _explain(
    prepared: PreparedTask,
    plan: Plan,
    misfits: list[StepFlaw],
    execution: Execution,
    *,
    reached: bool,
) -> Invalid:
    state = execution.state
    unmet = () if reached else Diagnosis(prepared.world, state).unmet(prepared.task.goal, {})
    flaws: list[Flaw] = [*misfits, *execution.flaws]
    if not flaws:
        if not reached:
            why = execution.causes(unmet)
            flaws.append(UnsatisfiedGoal(index=len(plan.steps), unmet=unmet, causes=why))
        flaws = sorted([*flaws, *execution.broken], key=lambda flaw: flaw.index)
    return Invalid(
        flaw=flaws[0],
        also=tuple(sorted(flaws[1:], key=lambda flaw: flaw.index)),
        executed=execution.executed,
        state=prepared.literals(state),
        values=tuple(sorted((term_text(term), Fraction(n)) for term, n in state.values.items())),
        open_goals=unmet,
    )
