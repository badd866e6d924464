import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget, Limit, left, spent
from app.modulo.critique import Critique, Opinion
from app.modulo.events import AttemptFinished, AttemptStarted, Event, Exhausted, Failed, Solved
from app.modulo.strategies.batch_repair import BatchRepair
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from app.proposers.replay import Replay
from planners import Task, Valid, verify
from tests.app.modulo.lamps import (
    BROKEN,
    GOOD,
    HALF,
    PROSE,
    TASK,
    TWICE,
    events_of,
    modulo,
    one_by_one,
)


class Opinionated:
    """A critic that always says the same."""

    def __init__(self, opinion: Opinion, *, hard: bool) -> None:
        self.name = f"always {opinion}"
        self.hard = hard
        self.opinion = opinion

    async def criticise(self, task, plan, verdict) -> Critique:
        return Critique(critic=self.name, hard=self.hard, opinion=self.opinion)


class Breaking:
    """A critic that cannot judge."""

    name = "breaking"
    hard = True

    async def criticise(self, task, plan, verdict) -> Critique:
        raise RuntimeError("no model to ask")


class Slow:
    """A proposer that takes its time, and remembers who was let finish."""

    name = "slow"

    def __init__(self, texts: Sequence[str], seconds: Sequence[float]) -> None:
        self.texts, self.seconds = texts, seconds
        self.asked: list[int] = []
        self.all_asked = asyncio.Event()
        self.cancelled: list[int] = []

    def refuses(self, task: Task) -> str | None:
        return None

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        place = len(self.asked)
        self.asked.append(place)
        if len(self.asked) == len(self.texts):
            self.all_asked.set()
        try:
            await asyncio.sleep(self.seconds[place])
        except asyncio.CancelledError:
            self.cancelled.append(place)
            raise
        return Proposal(text=self.texts[place], tokens=Tokens(prompt=40, completion=10))


def finished(events: Sequence[Event]) -> Trace:
    return tuple(event.attempt for event in events if isinstance(event, AttemptFinished))


async def test_the_loop_goes_on_until_a_plan_is_proven():
    events = await events_of(modulo(Replay([PROSE, BROKEN, HALF, GOOD])), Budget(attempts=9))
    outcome = events[-1]
    assert isinstance(outcome, Solved)
    assert outcome.attempt == 4
    assert outcome.proposer == "replay"
    assert verify(TASK, outcome.plan) == outcome.proof
    assert [type(event) for event in events[:2]] == [AttemptStarted, AttemptFinished]


@pytest.mark.parametrize(
    "critics",
    [
        (),
        (Opinionated(Opinion.ACCEPT, hard=True), Opinionated(Opinion.ACCEPT, hard=False)),
    ],
    ids=["none", "two that flatter"],
)
@pytest.mark.parametrize("text", [HALF, TWICE, BROKEN, PROSE])
async def test_an_invalid_plan_is_never_solved_whatever_the_critics_say(critics, text):
    events = await events_of(modulo(Replay([text, text]), critics=critics), Budget(attempts=2))
    assert isinstance(events[-1], Exhausted)


async def test_a_hard_critic_keeps_a_valid_plan_from_being_accepted():
    critics = (Opinionated(Opinion.REJECT, hard=True),)
    events = await events_of(modulo(Replay([GOOD]), critics=critics), Budget(attempts=1))
    outcome = events[-1]
    assert isinstance(outcome, Exhausted)
    assert outcome.best is not None
    assert isinstance(outcome.best.verdict, Valid)


async def test_a_soft_critic_never_blocks():
    critics = (Opinionated(Opinion.REJECT, hard=False),)
    events = await events_of(modulo(Replay([GOOD]), critics=critics), Budget(attempts=1))
    assert isinstance(events[-1], Solved)


async def test_a_broken_critic_ends_the_session_as_failed():
    events = await events_of(modulo(Replay([GOOD]), critics=(Breaking(),)), Budget())
    assert events[-1] == Failed(reason="attempt 1: critic 'breaking' broke: no model to ask")


async def test_a_proposer_that_cannot_go_on_ends_the_session_as_failed():
    events = await events_of(modulo(Replay([HALF])), Budget(attempts=5))
    assert isinstance(events[-1], Failed)
    assert "attempt 2" in events[-1].reason


@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_no_more_attempts_are_made_than_the_budget_has(attempts):
    wide = Resample(batch=Batch(proposer="replay"), width=4)
    loop = modulo(Replay([HALF] * 9), strategy=wide)
    events = await events_of(loop, Budget(attempts=attempts))
    assert len(finished(events)) == attempts
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.ATTEMPTS


async def test_the_token_budget_ends_the_session():
    loop = modulo(Slow([HALF] * 9, [0.0] * 9))
    events = await events_of(loop, Budget(attempts=9, tokens=120))
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.TOKENS
    assert len(finished(events)) == 3


async def test_the_seconds_end_the_session_in_the_middle_of_an_attempt():
    slow = Slow([GOOD], [30.0])
    began = time.monotonic()
    events = await events_of(modulo(slow), Budget(attempts=9, seconds=0.1))
    assert time.monotonic() - began < 5.0
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.SECONDS
    assert slow.cancelled == [0]


@pytest.mark.parametrize("width", [1, 2])
async def test_a_timer_that_fires_before_the_clock_says_so_ends_the_session_all_the_same(width):
    # Those of uvloop may, by up to a millisecond; here it is a tenth of the time.
    slow = Slow([GOOD] * 9, [30.0] * 9)
    wide = Resample(batch=Batch(proposer="slow"), width=width)
    behind = modulo(slow, strategy=wide, clock=lambda: 0.9 * time.monotonic())
    events = await events_of(behind, Budget(attempts=9, seconds=0.1))
    assert sum(isinstance(event, AttemptStarted) for event in events) == width
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.SECONDS
    assert sorted(slow.cancelled) == list(range(width))


async def test_a_strategy_with_nothing_more_to_ask_ends_the_session():
    loop = modulo(Replay([HALF] * 30), strategy=BatchRepair(batch=Batch(proposer="replay")))
    events = await events_of(loop, Budget(attempts=99))
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.STRATEGY


async def test_the_first_accepted_attempt_cancels_its_siblings():
    slow = Slow([HALF, GOOD, HALF], [60.0, 0.01, 60.0])
    wide = Resample(batch=Batch(proposer="slow"), width=3)
    events = await events_of(modulo(slow, strategy=wide), Budget(attempts=3))
    assert isinstance(events[-1], Solved)
    assert sorted(slow.cancelled) == [0, 2]


async def test_attempts_of_a_round_run_side_by_side():
    slow = Slow([HALF] * 8, [0.2] * 8)
    wide = Resample(batch=Batch(proposer="slow"), width=8)
    began = time.monotonic()
    await events_of(modulo(slow, strategy=wide), Budget(attempts=8))
    assert time.monotonic() - began < 8 * 0.2


@pytest.mark.parametrize("width", [1, 2])
async def test_closing_the_generator_cancels_the_proposals_in_flight(width):
    slow = Slow([GOOD] * width, [60.0] * width)
    wide = Resample(batch=Batch(proposer="slow"), width=width)

    async def consume() -> None:
        async with aclosing(modulo(slow, strategy=wide).solve(TASK, Budget())) as events:
            async for _ in events:
                pass

    consumer = asyncio.create_task(consume())
    await slow.all_asked.wait()
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert sorted(slow.cancelled) == list(range(width))


@pytest.mark.parametrize("width", [1, 2])
async def test_a_proposer_that_runs_out_of_its_own_time_is_no_limit_reached(width):
    class Late(Slow):
        async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
            raise TimeoutError

    late = Late([], [])
    wide = Resample(batch=Batch(proposer="slow"), width=width)
    events = await events_of(modulo(late, strategy=wide), Budget(attempts=9, seconds=30.0))
    assert events[-1] == Failed(reason="attempt 1: internal error (TimeoutError)")


@pytest.mark.parametrize("width", [1, 3])
async def test_a_proposer_is_told_what_the_trace_has_left_of_the_budget(width):
    told: list[tuple[Trace, Budget]] = []

    class Told(Slow):
        async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
            told.append((trace, remaining))
            return await super().propose(task, ask, trace, remaining)

    budget = Budget(attempts=9, tokens=9999, seconds=None)
    # Those asked first answer last: the trace must come by number all the same.
    proposer = Told([HALF] * 9, [0.02, 0.01, 0.0] * 3)
    wide = Resample(batch=Batch(proposer="slow"), width=width)
    await events_of(modulo(proposer, strategy=wide), budget)
    assert len(told) == 9
    for trace, remaining in told:
        assert [attempt.number for attempt in trace] == list(range(1, len(trace) + 1))
        due = left(budget, spent(trace))
        assert due.tokens is not None
        assert remaining == replace(due, tokens=due.tokens // width)


async def test_a_session_goes_on_where_its_trace_ends_and_asks_nothing_twice():
    texts = [PROSE, BROKEN, HALF, GOOD]
    whole = await events_of(modulo(Replay(texts)), Budget(attempts=9))
    for made in range(len(texts)):
        slow = Replay(texts)
        events = await events_of(modulo(slow), Budget(attempts=9), finished(whole)[:made])
        assert [attempt.number for attempt in finished(events)] == list(range(made + 1, 5))
        assert isinstance(events[-1], Solved)


async def test_a_session_whose_log_ends_before_its_outcome_is_solved_without_asking():
    whole = await events_of(modulo(Replay([HALF, GOOD])), Budget(attempts=9))
    events = await events_of(modulo(Replay([])), Budget(attempts=9), finished(whole))
    assert events == [whole[-1]]


async def test_a_round_cut_off_is_finished_with_the_attempts_it_lacks():
    wide = Resample(batch=Batch(proposer="replay"), width=4)
    loop = modulo(Replay([HALF] * 8), strategy=wide)
    whole = finished(await events_of(loop, Budget(attempts=8)))
    rest = await events_of(loop, Budget(attempts=8), (whole[0], whole[2]))
    started = [event.number for event in rest if isinstance(event, AttemptStarted)]
    assert started == [2, 4, 5, 6, 7, 8]
    asked = {event.number: event.ask for event in rest if isinstance(event, AttemptStarted)}
    assert asked == {attempt.number: attempt.ask for attempt in whole if attempt.number in asked}


async def test_a_resumed_session_counts_the_seconds_it_had_spent():
    slow = Slow([HALF, HALF, GOOD], [0.3, 0.3, 0.3])
    trace = finished(await events_of(modulo(slow), Budget(attempts=1)))
    events = await events_of(modulo(slow), Budget(attempts=9, seconds=0.31), trace)
    assert isinstance(events[-1], Exhausted)
    assert events[-1].limit is Limit.SECONDS


async def test_one_modulo_solves_many_tasks_at_once():
    loop = modulo(Replay([HALF, GOOD]), strategy=one_by_one())
    runs = await asyncio.gather(*(events_of(loop, Budget(attempts=2)) for _ in range(50)))
    assert all(isinstance(events[-1], Solved) for events in runs)
