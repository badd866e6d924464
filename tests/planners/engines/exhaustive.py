"""The cost of the cheapest plan of a small task, by trying everything with the naive interpreter.

It shares nothing with any engine. Costs may be the only numbers.
"""

from fractions import Fraction
from heapq import heappop, heappush
from itertools import count

from planners.pddl.formula import FunctionTerm
from planners.pddl.model import LiftedTask
from tests.planners.naive.interpreter import Interpreter
from tests.planners.random_plans import fitting_steps

COST = FunctionTerm("total-cost")
MOST_STATES = 2_000


class TooManyStates(Exception):
    """The task is not small."""


def cheapest(task: LiftedTask) -> Fraction | None:
    """Return what the cheapest plan costs, or None where there is none.

    Raises:
        TooManyStates: past `MOST_STATES`.
    """
    interpreter = Interpreter(task)
    instants = interpreter.instants
    steps = [interpreter.simple(0, step) for step in fitting_steps(task)]
    first = instants.first_state()
    paid = task.metric is not None and task.metric.expression == COST
    ties = count()
    front = [(first.values[COST] if paid else Fraction(0), next(ties), first)]
    closed = set()
    while front:
        cost, _, state = heappop(front)
        if state.facts in closed:
            continue
        closed.add(state.facts)
        if len(closed) > MOST_STATES:
            raise TooManyStates
        view = instants.view(state)
        if view.holds(task.goal):
            return cost
        for step in steps:
            if not instants.flaws(step, view):
                after = instants.after([step], state)
                paid_so_far = after.values[COST] if paid else cost + 1
                heappush(front, (paid_so_far, next(ties), after))
    return None
