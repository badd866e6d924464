"""What planners answer, their plans judged: no plan counts as found before it is proven.

A planner whose plan does not solve the task is broken, whatever it says of it.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.modulo.proposer import Verifier
from app.prompts.flaws import flaw_in_words
from app.prompts.lexicon import PddlSpeech
from app.proposers.sound import SoundPlanners
from planners.engines.engine import (
    PlanFound,
    ProvenUnsolvable,
    Report,
)
from planners.errors import BoundReached, WorkerLost
from planners.plan import Plan
from planners.repair.distance import distance, kept
from planners.repair.errand import NOBODY
from planners.repair.ways import Way
from planners.task import Task
from planners.verdict import Invalid, Valid, Verdict


class Found(StrEnum):
    """What came of asking planners."""

    SOLVED = "solved"
    UNSOLVABLE = "unsolvable"
    GAVE_UP = "gave_up"
    OUT_OF_TIME = "out_of_time"
    OUT_OF_MEMORY = "out_of_memory"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A planner's report, its plan judged.

    Attributes:
        found: What came of it.
        report: As the planner gave it.
        reason: Why there is no plan, for the user; empty where there is one.
        plan: The plan, where it was proven.
        proof: Its proof.
    """

    found: Found
    report: Report
    reason: str = ""
    plan: Plan | None = None
    proof: Valid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What came of repairing a plan.

    Attributes:
        way: How it was asked for.
        given: What is true of the plan that was given; None where none was, or where
            judging it took more than is allowed.
        judged: What the planner made of it.
        distance: Steps inserted and deleted between the two plans; None unless there are two,
            and where one is too long to be compared.
        kept: Share of the given steps that stand in the new plan, 0 to 1; None unless there
            are two.
    """

    way: Way
    given: Verdict | None
    judged: Judged
    distance: int | None = None
    kept: Fraction | None = None


async def judge(task: Task, report: Report, verifier: Verifier) -> Judged:
    """Judge the best plan of a report.

    Raises:
        TaskError: the task cannot be read.
    """
    result = report.result
    if not isinstance(result, PlanFound):
        unsolvable = isinstance(result, ProvenUnsolvable)
        found = Found.UNSOLVABLE if unsolvable else Found(report.block)
        return Judged(found=found, report=report, reason=report.reason)
    plan = result.plans[0]
    try:
        verdict = await verifier.verify(task, plan)
    except (BoundReached, WorkerLost) as problem:
        reason = f"a plan of {len(plan.steps)} steps was found, but {problem}"
        return Judged(found=Found.GAVE_UP, report=report, reason=reason)
    if isinstance(verdict, Invalid):
        flaw = flaw_in_words(verdict.flaw, PddlSpeech())
        reason = f"the plan that it gave does not solve the task: {flaw}"
        return Judged(found=Found.BROKEN, report=report, reason=reason)
    return Judged(found=Found.SOLVED, report=report, plan=plan, proof=verdict)


async def repair(
    planners: SoundPlanners,
    verifier: Verifier,
    *,
    way: Way,
    task: Task,
    plan: Plan | None,
    engine: str | None = None,
    seconds: float | None = None,
    seed: int = 0,
) -> Repaired:
    """Have a plan repaired, judge both, and compare them.

    A plan that solves the task already is given back as it is, and no planner is asked,
    unless a plan from scratch is wanted.

    Raises:
        TaskError: the task cannot be read.
    """
    given = None if plan is None else await _verdict_on(task, plan, verifier)
    if plan is not None and isinstance(given, Valid) and way is not Way.PLAN:
        report = Report(engine=NOBODY, version="", result=PlanFound(plans=(plan,)))
        judged = Judged(found=Found.SOLVED, report=report, plan=plan, proof=given)
    else:
        report = await planners.mend(way, task, plan, engine=engine, seconds=seconds, seed=seed)
        judged = await judge(task, report, verifier)
    if plan is None or judged.plan is None:
        return Repaired(way=way, given=given, judged=judged)
    return Repaired(
        way=way,
        given=given,
        judged=judged,
        distance=await asyncio.to_thread(_distance, judged.plan, plan),
        kept=await asyncio.to_thread(kept, judged.plan, plan),
    )


async def _verdict_on(task: Task, plan: Plan, verifier: Verifier) -> Verdict | None:
    try:
        return await verifier.verify(task, plan)
    except (BoundReached, WorkerLost):
        return None


def _distance(plan: Plan, start: Plan) -> int | None:
    try:
        return distance(plan, start)
    except BoundReached:
        return None
