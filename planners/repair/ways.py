"""The ways to a valid plan by a sound planner, from a flawed one or from scratch."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from planners.effort import effort
from planners.engines.catalogue import ENGINES
from planners.engines.engine import (
    Broken,
    Engine,
    GaveUp,
    PlanFound,
    ProvenUnsolvable,
    Refused,
    Report,
)
from planners.engines.features import Feature, features_of
from planners.errors import BoundReached
from planners.pddl.model import LiftedTask
from planners.pddl.reading import read_task
from planners.plan import Plan
from planners.pool import Limits
from planners.repair.completion import complete
from planners.repair.distance import MOST_STEPS, distance
from planners.repair.errand import NOBODY, Errand
from planners.repair.keeping import keep
from planners.repair.seeds import repair, usable
from planners.task import Task
from planners.verdict import Invalid, Valid, Verdict
from planners.verifier import verify

# Ground parts at most of a judgement that is made here, in a thread that cannot be killed.
MOST_EFFORT = 1_000_000

_BEYOND_STATES = frozenset(
    {Feature.DURATIONS, Feature.TIMED_LITERALS, Feature.CONSTRAINTS, Feature.PREFERENCES}
)
_BEYOND_CLASSICAL = _BEYOND_STATES | {Feature.NUMBERS}


class Way(StrEnum):
    """A way to a valid plan.

    Attributes:
        PLAN: From scratch.
        REPAIR: A local search starts from the flawed plan.
        COMPLETE: From the end of the longest prefix that can be executed.
        KEEP: With the fewest steps inserted and deleted; where that takes too long, the closer
            one of what `REPAIR` and `COMPLETE` come to, and a note says so.
    """

    PLAN = "plan"
    REPAIR = "repair"
    COMPLETE = "complete"
    KEEP = "keep"


async def mend(
    way: Way,
    task: Task,
    plan: Plan | None,
    *,
    limits: Limits,
    seed: int = 0,
    engines: Sequence[Engine] = ENGINES,
) -> Report:
    """Have a plan made of a flawed one.

    A plan that is seen to be valid is given back as it is. Where a way comes to nothing, or
    to a plan that is seen to be invalid, a plan from scratch is tried in the time that is
    left, and a note says so. What is found is not proven here: the caller verifies it.

    Args:
        way: How.
        task: The task.
        plan: The flawed plan; without one, or without a step of it that is of use, a plan is
            made from scratch.
        limits: Of all that is done together.
        seed: Source of randomness, at least 0.
        engines: Who is asked, in order of preference.

    Returns:
        The report of the last engine asked; the seconds are those of all together. `Refused`
        where no engine, or not this way, can do it.

    Raises:
        TaskError: the task cannot be read.
    """
    errand = Errand(limits, seed, engines)
    if plan is None or way is Way.PLAN:
        return errand.told(await errand.ask(task))
    lifted = await asyncio.to_thread(read_task, task)
    reason = refusal(way, lifted)
    if reason is not None:
        return Report(engine=NOBODY, version="", result=Refused(reason))
    plan = plan if lifted.temporal else _in_order(plan)
    verdict = await _verdict_on(task, plan)
    if isinstance(verdict, Valid):
        return errand.told(_as_it_is(plan))
    report = await _gone(way, errand, task, plan, verdict)
    reason = await _failure(task, report)
    if reason is not None:
        errand.note(f"planned from scratch: {reason}")
        report = await errand.ask(task)
    return errand.told(report)


def refusal(way: Way, task: LiftedTask) -> str | None:
    """Say why a way cannot be gone for a task whatever the plan, or None if it can."""
    found = features_of(task)
    if way is Way.COMPLETE and found & _BEYOND_STATES:
        return f"{_listed(found & _BEYOND_STATES)}: one state does not say all that has passed"
    if way is Way.KEEP and found & _BEYOND_CLASSICAL:
        return f"{_listed(found & _BEYOND_CLASSICAL)}: only classical plans can be kept to"
    return None


async def _gone(
    way: Way, errand: Errand, task: Task, plan: Plan, verdict: Invalid | None
) -> Report:
    if way is Way.COMPLETE:
        return await _completed(errand, task, plan, verdict)
    start = await usable(errand, task, plan)
    if not start.steps:
        errand.note("no step of the plan is of use: planned from scratch")
        return await errand.ask(task)
    if way is Way.REPAIR:
        return await repair(errand, task, start)
    report = await keep(errand, task, start)
    if isinstance(report.result, PlanFound | ProvenUnsolvable):
        return report
    errand.note(f"no closest plan was found ({_reason(report)}): another may be closer")
    others = [
        await repair(errand, task, start),
        await _completed(errand, task, plan, verdict),
    ]
    return await _closest(task, plan, others)


async def _completed(errand: Errand, task: Task, plan: Plan, verdict: Invalid | None) -> Report:
    if verdict is None:
        reason = "the plan is too long to be executed here"
        return Report(engine=NOBODY, version="", result=GaveUp(reason))
    return await complete(errand, task, plan, verdict)


async def _closest(task: Task, plan: Plan, reports: list[Report]) -> Report:
    """Choose the report with the closest plan that is not seen to be invalid."""
    best, least = reports[-1], MOST_STEPS
    for report in reports:
        if isinstance(report.result, PlanFound) and await _failure(task, report) is None:
            try:
                far = distance(report.result.plans[0], plan)
            except BoundReached:
                continue
            if far < least:
                best, least = report, far
    return best


async def _failure(task: Task, report: Report) -> str | None:
    """Say what a report lacks, where planning from scratch may help."""
    match report.result:
        case PlanFound(plans=(first, *_)):
            verdict = await _verdict_on(task, first)
            invalid = isinstance(verdict, Invalid)
            return f"the plan that {report.engine} gave is invalid" if invalid else None
        case ProvenUnsolvable() | Refused():
            return None
    return _reason(report)


def _reason(report: Report) -> str:
    match report.result:
        case GaveUp(reason=reason) | Broken(reason=reason) | Refused(reason=reason):
            return reason
    return report.block.replace("_", " ")


async def _verdict_on(task: Task, plan: Plan) -> Verdict | None:
    """Judge a plan, or give None where that would take long."""
    try:
        if effort(task, plan) > MOST_EFFORT:
            return None
        return await asyncio.to_thread(verify, task, plan)
    except BoundReached:
        return None


def _in_order(plan: Plan) -> Plan:
    """Leave out times: in a classical task they say no more than the order."""
    return Plan(steps=tuple(replace(step, start=None, duration=None) for step in plan.steps))


def _as_it_is(plan: Plan) -> Report:
    return Report(engine=NOBODY, version="", result=PlanFound(plans=(plan,)))


def _listed(features: frozenset[Feature]) -> str:
    return ", ".join(sorted(features))
