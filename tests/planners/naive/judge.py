"""The naive interpreter's way in: judge any plan of any task."""

from itertools import pairwise

from planners.pddl.model import LiftedTask
from planners.plan import Plan
from tests.planners.naive.finding import Finding
from tests.planners.naive.interpreter import Interpreter
from tests.planners.naive.timeline import WINDOW, TimedInterpreter


def judge(task: LiftedTask, plan: Plan) -> Finding:
    """Judge a plan by its times where they matter, else as a sequence.

    They matter where the task or its constraints speak of time, and where two steps stand
    so close that they are parallel.
    """
    if task.temporal or speaks_of_time(task) or close(plan):
        return TimedInterpreter(task).judge(plan)
    return Interpreter(task).judge(plan)


def speaks_of_time(task: LiftedTask) -> bool:
    wishes = [*task.constraints, *(each.condition for each in task.preferences)]
    return any(wish.times for wish in wishes)


def close(plan: Plan) -> bool:
    starts = sorted(step.start for step in plan.steps if step.start is not None)
    return any(later - earlier <= WINDOW for earlier, later in pairwise(starts))
