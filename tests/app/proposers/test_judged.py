from fractions import Fraction

import pytest

from app.proposers.judged import Found, judge, repair
from app.proposers.sound import SoundPlanners
from planners import Invalid, Plan, Valid, read_plan
from planners.engines.engine import (
    Broken,
    GaveUp,
    OutOfMemory,
    OutOfTime,
    ProvenUnsolvable,
    Refused,
    Report,
    Result,
)
from planners.errors import BoundReached
from planners.repair.distance import MOST_STEPS
from planners.repair.ways import Way
from planners.workers import VerifierThreads
from tests.app.modulo.lamps import BROKEN, GOOD, HALF, TASK, TWICE
from tests.planners.engines.replaying import ReplayingEngine, found


def report(result: Result) -> Report:
    return Report(engine="replaying", version="1.0", result=result)


async def repaired(engine: ReplayingEngine, plan: str | None, way: Way = Way.REPAIR):
    return await repair(
        SoundPlanners(engines=[engine]),
        VerifierThreads(),
        way=way,
        task=TASK,
        plan=None if plan is None else read_plan(plan),
    )


async def test_a_right_plan_is_solved_with_its_proof():
    judged = await judge(TASK, report(found(GOOD)), VerifierThreads())
    assert (judged.found, judged.plan, judged.reason) == (Found.SOLVED, read_plan(GOOD), "")
    assert isinstance(judged.proof, Valid)


@pytest.mark.parametrize("wrong", [HALF, TWICE, BROKEN, "", "(fly a)"])
async def test_a_wrong_plan_is_the_defect_of_its_engine_and_is_not_given(wrong):
    judged = await judge(TASK, report(found(wrong)), VerifierThreads())
    assert (judged.found, judged.plan, judged.proof) == (Found.BROKEN, None, None)
    assert judged.reason.startswith("the plan that it gave does not solve the task: ")


async def test_a_plan_that_nobody_can_judge_is_not_given():
    class Bounded:
        async def verify(self, task, plan):
            raise BoundReached("seconds for one judgement", 30)

    judged = await judge(TASK, report(found(GOOD)), Bounded())
    assert (judged.found, judged.plan) == (Found.GAVE_UP, None)
    assert "a plan of 2 steps was found, but the bound of 30" in judged.reason


@pytest.mark.parametrize(
    ("result", "expected", "says"),
    [
        (ProvenUnsolvable(), Found.UNSOLVABLE, "every possibility"),
        (GaveUp("bored"), Found.GAVE_UP, "bored"),
        (OutOfTime(2.5), Found.OUT_OF_TIME, "2.5 s"),
        (OutOfMemory(64), Found.OUT_OF_MEMORY, "64 MiB"),
        (Refused("no numbers"), Found.REFUSED, "no numbers"),
        (Broken("signal 11"), Found.BROKEN, "signal 11"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_each_way_of_finding_none_has_a_name_of_its_own(result, expected, says):
    judged = await judge(TASK, report(result), VerifierThreads())
    assert (judged.found, judged.plan) == (expected, None)
    assert says in judged.reason


async def test_a_repaired_plan_is_compared_with_the_given_one():
    made = await repaired(ReplayingEngine([found(GOOD)]), HALF)
    assert isinstance(made.given, Invalid)
    assert (made.judged.found, made.judged.plan) == (Found.SOLVED, read_plan(GOOD))
    assert (made.distance, made.kept) == (1, Fraction(1))


async def test_nothing_is_compared_where_no_plan_was_proven():
    made = await repaired(ReplayingEngine([found(TWICE)]), BROKEN)
    assert made.judged.plan is None
    assert (made.distance, made.kept) == (None, None)


@pytest.mark.parametrize("way", [Way.REPAIR, Way.COMPLETE, Way.KEEP])
async def test_a_plan_that_solves_the_task_needs_no_planner(way):
    engine = ReplayingEngine()
    made = await repaired(engine, GOOD, way)
    assert not engine.orders
    assert (made.judged.found, made.judged.plan) == (Found.SOLVED, read_plan(GOOD))
    assert made.judged.report.engine == ""
    assert (made.distance, made.kept) == (0, Fraction(1))


async def test_a_plan_from_scratch_is_made_even_where_the_given_one_is_right():
    engine = ReplayingEngine([found("(switch-on b)\n(switch-on a)")])
    made = await repaired(engine, GOOD, Way.PLAN)
    assert len(engine.orders) == 1
    assert isinstance(made.given, Valid)
    assert made.judged.plan == read_plan("(switch-on b)\n(switch-on a)")
    assert made.distance == 2


async def test_plans_too_long_to_be_compared_have_no_distance():
    made = await repaired(ReplayingEngine([found(GOOD)]), HALF * (MOST_STEPS + 1))
    assert made.judged.plan == read_plan(GOOD)
    assert made.distance is None
    assert made.kept == Fraction(1, MOST_STEPS + 1)


async def test_without_a_given_plan_there_is_nothing_to_compare():
    made = await repaired(ReplayingEngine([found(GOOD)]), None, Way.PLAN)
    assert isinstance(made.judged.plan, Plan)
    assert (made.given, made.distance, made.kept) == (None, None, None)
