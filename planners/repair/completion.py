"""A flawed plan as a beginning: executed as far as it can be, and planned on from there."""

from dataclasses import replace

from planners.engines.engine import GaveUp, PlanFound, ProvenUnsolvable, Refused, Report
from planners.pddl.formula import TOTAL_COST, FunctionTerm
from planners.pddl.reading import read_task
from planners.pddl.writing import write_task
from planners.plan import Plan
from planners.repair.errand import FIRST_SHARE, NOBODY, Errand
from planners.task import Task
from planners.verdict import Invalid


def task_behind(task: Task, verdict: Invalid) -> Task:
    """Write the task that begins in the state up to which a plan could be executed.

    Args:
        task: A task without times, constraints and preferences.
        verdict: What is wrong with the plan.

    Raises:
        TaskError: the task cannot be read.
        ValueError: if a number in that state is no decimal.
    """
    lifted = read_task(task)
    derived = {axiom.predicate for axiom in lifted.axioms}
    values = dict(lifted.init_values)
    for written, value in verdict.values:
        function, *terms = written.strip("()").split()
        # What has been paid is the same for all ways to go on.
        if function != TOTAL_COST:
            values[FunctionTerm(function, tuple(terms))] = value
    atoms = frozenset(each for each in verdict.state if each.predicate not in derived)
    return write_task(replace(lifted, init=atoms, init_values=values))


async def complete(errand: Errand, task: Task, plan: Plan, verdict: Invalid) -> Report:
    """Have a plan completed from the end of its longest executable prefix.

    Args:
        errand: The errand that this is part of.
        task: A task without times, constraints and preferences.
        plan: The plan, in the order of its steps.
        verdict: What is wrong with it.

    Returns:
        A plan that begins with that prefix, or why there is none; that the goal cannot be
        reached from there is no proof that it cannot be reached at all.

    Raises:
        TaskError: the task cannot be read.
    """
    prefix = plan.steps[: verdict.executed]
    if not prefix:
        errand.note("not even the first step can be executed: planned from scratch")
        return await errand.ask(task)
    try:
        rest = task_behind(task, verdict)
    except ValueError as problem:
        return Report(engine=NOBODY, version="", result=Refused(str(problem)))
    report = await errand.ask(rest, share=FIRST_SHARE)
    match report.result:
        case PlanFound(plans=found):
            plans = tuple(Plan(steps=prefix + each.steps) for each in found)
            return replace(report, result=PlanFound(plans=plans))
        case ProvenUnsolvable():
            reason = f"the goal cannot be reached from the state behind step {len(prefix)}"
            return replace(report, result=GaveUp(reason))
    return report
