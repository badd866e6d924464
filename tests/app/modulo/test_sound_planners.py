"""Planners beside and within the loop: proofs end it, bounds settle it, nothing leads round."""

import asyncio
from collections.abc import Sequence

import pytest

from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget, Limit
from app.modulo.events import Bounded, Exhausted, Improved, Solved, Unsolvable
from app.modulo.loop import Modulo
from app.modulo.quality import Goal
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.ladder import Ladder, Rung
from app.modulo.strategies.resample import Resample
from app.modulo.watch import Watcher
from app.proposers.planned import Planned
from app.proposers.replay import Replay
from app.proposers.sound import SoundPlanners
from app.proposers.watching import BoundWatch, UnsolvabilityWatch
from app.reading import AnswerReader
from planners import Task, read_plan
from planners.engines.engine import Broken, PlanFound, ProvenUnsolvable, Result
from planners.workers import VerifierThreads
from tests.app.modulo.lamps import GOOD, HALF, TASK, TWICE, events_of
from tests.planners.engines.replaying import ReplayingEngine, found

LONG = "(switch-on a)\n(switch-off a)\n(switch-on a)\n(switch-on b)\n"
SWITCHES = Task(
    domain=TASK.domain.rstrip()[:-1]
    + "(:action switch-off :parameters (?l) :precondition (lit ?l) :effect (not (lit ?l))))",
    problem=TASK.problem,
)


class Slow(Replay):
    """Waits a while before each answer."""

    def __init__(self, texts: Sequence[str], seconds: float) -> None:
        super().__init__(texts)
        self._seconds = seconds

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        await asyncio.sleep(self._seconds)
        return await super().propose(task, ask, trace, remaining)


def planners(*results: Result, seconds: float = 0.0) -> SoundPlanners:
    return SoundPlanners(engines=(ReplayingEngine(results, seconds=seconds),))


def loop(
    proposer: Replay,
    *,
    sound: SoundPlanners | None = None,
    rungs: tuple[Rung, ...] = (),
    after: int = 1,
    goal: Goal = Goal.ANY,
    watchers: Sequence[Watcher] = (),
    attempts: int = 8,
) -> Modulo:
    first = Resample(batch=Batch(proposer="replay"), width=1)
    budget = Budget(attempts=attempts, seconds=None)
    ladder = Ladder(first=first, rungs=rungs, budget=budget, after=after)
    made = {rung.proposer: Planned(rung, sound) for rung in rungs} if sound else {}
    return Modulo(
        strategy=ladder if rungs else first,
        proposers={"replay": proposer, **made},
        reader=AnswerReader(),
        verifier=VerifierThreads(),
        goal=goal,
        watchers=watchers,
    )


async def run(modulo: Modulo, task: Task = TASK, attempts: int = 8, trace: Trace = ()) -> list:
    budget = Budget(attempts=attempts, seconds=None)
    return [event async for event in modulo.solve(task, budget, trace)]


async def test_a_plan_of_a_planner_is_verified_and_told_as_the_planners():
    *_, outcome = await run(loop(Replay([HALF]), sound=planners(found(GOOD)), rungs=(Rung.PLAN,)))
    assert isinstance(outcome, Solved)
    assert (outcome.proposer, outcome.engine) == ("planner:plan", "replaying 1.0")
    assert str(outcome.plan) == GOOD


async def test_a_plan_of_the_model_names_no_engine():
    *_, outcome = await run(loop(Replay([GOOD]), sound=planners(), rungs=(Rung.PLAN,)))
    assert isinstance(outcome, Solved)
    assert (outcome.proposer, outcome.engine) == ("replay", None)


async def test_a_wrong_plan_of_a_planner_is_an_attempt_like_any_other():
    sound = planners(found(TWICE), found(GOOD))
    *_, outcome = await run(loop(Replay([HALF]), sound=sound, rungs=(Rung.PLAN, Rung.OPTIMAL)))
    assert isinstance(outcome, Solved)
    assert outcome.proposer == "planner:optimal"
    assert outcome.attempt == 3


async def test_a_planner_that_breaks_costs_an_attempt_and_no_more():
    sound = planners(Broken("it fell over"))
    *events, outcome = await run(loop(Replay([HALF]), sound=sound, rungs=(Rung.PLAN,)))
    assert outcome == Exhausted(limit=Limit.STRATEGY, best=events[1].attempt)
    assert "it fell over" in events[-1].attempt.proposal.text
    assert events[-1].attempt.proposal.finish_reason == "broken"


async def test_a_planners_proof_ends_the_session_with_its_name():
    sound = planners(ProvenUnsolvable())
    *_, outcome = await run(loop(Replay([HALF]), sound=sound, rungs=(Rung.PLAN,)))
    assert outcome == Unsolvable(engine="replaying 1.0")


async def test_a_models_claim_never_does():
    answers = ["There is no plan: the task is unsolvable."] * 2
    *_, outcome = await run(loop(Replay(answers), attempts=2), attempts=2)
    assert isinstance(outcome, Exhausted)


async def test_a_proof_is_not_believed_beside_a_plan_that_reaches_the_goal(caplog):
    sound = planners(ProvenUnsolvable())
    modulo = loop(Replay([GOOD]), sound=sound, rungs=(Rung.PLAN,), goal=Goal.BEST)
    *_, outcome = await run(modulo)
    assert isinstance(outcome, Solved)
    assert "claims that there is no plan" in caplog.text


async def test_a_watcher_ends_the_session_while_the_model_still_thinks():
    watcher = UnsolvabilityWatch(planners(ProvenUnsolvable(), seconds=0.01))
    events = await run(loop(Slow([HALF], 60.0), watchers=[watcher]))
    assert events[-1] == Unsolvable(engine="replaying 1.0")
    assert len(events) == 2


async def test_a_watcher_that_finds_nothing_changes_nothing():
    watcher = UnsolvabilityWatch(planners(found(GOOD)))
    *_, outcome = await run(loop(Slow([HALF, GOOD], 0.01), watchers=[watcher]))
    assert isinstance(outcome, Solved)
    assert outcome.proposer == "replay"


async def test_a_watcher_that_breaks_does_not_break_the_session(caplog):
    class Breaking:
        async def watch(self, task: Task) -> None:
            raise OSError(task.problem[:1])

    *_, outcome = await run(loop(Slow([GOOD], 0.01), watchers=[Breaking()]))
    assert isinstance(outcome, Solved)
    assert "a planner that watched broke" in caplog.text


@pytest.mark.parametrize("answers", [[GOOD], [HALF] * 8])
async def test_no_watcher_outlives_its_session(answers):
    engine = ReplayingEngine(seconds=60.0)
    watcher = UnsolvabilityWatch(SoundPlanners(engines=(engine,)))
    await run(loop(Slow(answers, 0.05), watchers=[watcher]))
    assert (engine.running, engine.cancelled) == (0, 1)


async def test_closing_the_session_ends_its_watchers():
    engine = ReplayingEngine(seconds=60.0)
    watcher = UnsolvabilityWatch(SoundPlanners(engines=(engine,)))
    events = loop(Slow([HALF] * 8, 0.05), watchers=[watcher]).solve(TASK, Budget(seconds=None))
    for _ in range(3):
        await anext(events)
    await events.aclose()
    assert (engine.running, engine.cancelled) == (0, 1)


async def test_for_the_best_plan_the_loop_goes_on_and_tells_each_improvement():
    modulo = loop(Replay([LONG, HALF, GOOD, LONG]), goal=Goal.BEST, attempts=4)
    events = await run(modulo, SWITCHES, attempts=4)
    improved = [
        (event.attempt, event.proof.cost) for event in events if isinstance(event, Improved)
    ]
    assert improved == [(1, 4), (3, 2)]
    assert isinstance(events[-1], Solved)
    assert (events[-1].attempt, events[-1].proof.cost, events[-1].bound) == (3, 2, None)


async def test_an_optimal_plan_ends_the_search_for_a_better_one():
    optimal = PlanFound(plans=(read_plan(GOOD),), optimal=True)
    sound = planners(optimal)
    modulo = loop(Replay([LONG]), sound=sound, rungs=(Rung.OPTIMAL,), goal=Goal.BEST)
    *_, outcome = await run(modulo, SWITCHES)
    assert isinstance(outcome, Solved)
    assert outcome.bound is not None
    assert (outcome.attempt, outcome.bound.cost, outcome.bound.engine) == (2, 2, "replaying 1.0")


async def test_a_bound_ends_the_search_as_soon_as_a_plan_meets_it():
    optimal = PlanFound(plans=(read_plan(GOOD),), optimal=True)
    watcher = BoundWatch(planners(optimal), VerifierThreads())
    modulo = loop(Slow([LONG, GOOD, LONG], 0.05), goal=Goal.BEST, watchers=[watcher])
    events = await run(modulo, SWITCHES)
    assert sum(isinstance(event, Bounded) for event in events) == 1
    assert isinstance(events[-1], Solved)
    assert events[-1].attempt == 2


async def test_a_bound_without_a_valid_plan_is_none():
    claimed = PlanFound(plans=(read_plan(TWICE),), optimal=True)
    watcher = BoundWatch(planners(claimed), VerifierThreads())
    events = await run(loop(Slow([GOOD], 0.05), goal=Goal.BEST, watchers=[watcher], attempts=1))
    assert not any(isinstance(event, Bounded) for event in events)


async def test_a_session_taken_up_again_keeps_the_best_plan_and_tells_it_once():
    first = await run(loop(Replay([GOOD]), goal=Goal.BEST), SWITCHES, attempts=1)
    trace = (first[1].attempt,)
    modulo = loop(Replay([GOOD, LONG]), goal=Goal.BEST)
    events = await run(modulo, SWITCHES, attempts=2, trace=trace)
    assert not any(isinstance(event, Improved) for event in events)
    assert isinstance(events[-1], Solved)
    assert events[-1].attempt == 1


async def test_without_planners_nothing_has_changed():
    events = await events_of(loop(Replay([HALF, GOOD])), Budget(attempts=2))
    assert isinstance(events[-1], Solved)
