"""Strategy `planners`: sound planners without any model, put together by the bank."""

from dataclasses import replace

import pytest

from app.bank import Bank
from app.models import Model
from app.modulo.budget import Budget, Limit
from app.modulo.events import AttemptFinished, Exhausted, Solved, Unsolvable
from app.modulo.strategies.ladder import Rung
from app.proposers.sound import SoundPlanners
from app.sessions.errors import RequestRefused
from app.sessions.request import LadderRequest, PlanRequest
from planners.engines.engine import GaveUp, ProvenUnsolvable
from planners.referee import Referee
from planners.workers import VerifierProcesses
from tests.app.modulo.lamps import GOOD, TASK
from tests.app.sessions.parts import Patient
from tests.planners.engines.replaying import ReplayingEngine, found

ASKED = PlanRequest(task=TASK, strategy="planners", budget=Budget(attempts=4))


class Choosy(Patient):
    """A model that works on no task."""

    def refuses(self, task):
        return "it never does"


def bank(*engines: ReplayingEngine) -> Bank:
    model = Model(
        chat=None,
        proposer=Choosy([]),
        temperatures=(0.0,),
        variants=("",),
        general=False,
        summary="",
    )
    return Bank(
        {"choosy": model},
        verifier=VerifierProcesses(),
        referee=Referee(),
        planners=SoundPlanners(engines=engines),
    )


async def events(parts: Bank, request: PlanRequest = ASKED) -> list:
    parts.check(request)
    return [event async for event in parts.compose(request).solve(request.task, request.budget)]


async def test_the_first_to_be_asked_is_a_planner_whatever_the_model_says_of_the_task():
    parts = bank(ReplayingEngine([found(GOOD)]))
    assert parts.names(ASKED) == ("planner:plan", "planners")
    *_, outcome = await events(parts)
    assert isinstance(outcome, Solved)
    assert (outcome.attempt, outcome.proposer) == (1, "planner:plan")


async def test_a_proof_that_there_is_no_plan_is_the_outcome():
    *_, outcome = await events(bank(ReplayingEngine([ProvenUnsolvable()])))
    assert outcome == Unsolvable(engine="replaying 1.0")


async def test_each_rung_is_climbed_once_and_then_there_is_nothing_left():
    engine = ReplayingEngine([GaveUp("tired"), GaveUp("tired")])
    rungs = (Rung.PLAN, Rung.OPTIMAL)
    *told, outcome = await events(bank(engine), replace(ASKED, ladder=LadderRequest(rungs=rungs)))
    attempts = [event.attempt for event in told if isinstance(event, AttemptFinished)]
    assert [made.ask.proposer for made in attempts] == ["planner:plan", "planner:optimal"]
    assert outcome == Exhausted(limit=Limit.STRATEGY, best=None)


async def test_one_engine_may_be_named_and_has_to_be_on_offer():
    first, second = ReplayingEngine(name="one"), ReplayingEngine([found(GOOD)], name="two")
    named = replace(ASKED, ladder=LadderRequest(rungs=(Rung.PLAN,), engine="two"))
    *_, outcome = await events(bank(first, second), named)
    assert isinstance(outcome, Solved)
    assert not first.orders
    with pytest.raises(RequestRefused) as refused:
        bank(first).check(named)
    assert refused.value.pointer == "/ladder/engine"
    assert "on offer: one" in str(refused.value)
