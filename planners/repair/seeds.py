"""A flawed plan as what a local search starts from."""

import asyncio

from planners.engines.engine import Purpose, Report
from planners.errors import BoundReached
from planners.pddl.reading import read_task
from planners.plan import Plan
from planners.relaxation.reachability import Reachable
from planners.repair.errand import FIRST_SHARE, Errand
from planners.task import Task


def cleaned(task: Task, plan: Plan) -> Plan:
    """Keep the steps of a plan that may be executed in some state that can be reached.

    All others go: with a name, an arity or a type that the task has not, LPG crashes, and
    with steps that are out of reach it crashes, too, or gives plans that are none.

    Raises:
        TaskError: the task cannot be read.
        BoundReached: the task is too large to see what can be reached.
    """
    reachable = Reachable(read_task(task))
    return Plan(steps=tuple(step for step in plan.steps if reachable.step(step)))


async def usable(errand: Errand, task: Task, plan: Plan) -> Plan:
    """Clean a plan beside the event loop, and note what goes; nothing is left of what is too large.

    Raises:
        TaskError: the task cannot be read.
    """
    try:
        seed = await asyncio.to_thread(cleaned, task, plan)
    except BoundReached as bound:
        errand.note(f"nothing of the plan was kept: {bound}")
        return Plan(steps=())
    dropped = len(plan.steps) - len(seed.steps)
    if dropped:
        errand.note(f"{dropped} of {len(plan.steps)} steps can never be executed: left out")
    return seed


async def repair(errand: Errand, task: Task, plan: Plan) -> Report:
    """Have a local search start from a plan.

    Args:
        errand: The errand that this is part of.
        task: The task.
        plan: At least one step, all of them usable.

    Raises:
        TaskError: the task cannot be read.
    """
    return await errand.ask(task, Purpose.REPAIR, start=plan, share=FIRST_SHARE)
