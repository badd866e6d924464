"""Turns and watchers side by side: who runs where, and what is left when it ends."""

import asyncio

import pytest

from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from app.modulo.bench import Turn
from app.modulo.under_way import Broken, Taken, UnderWay, Watched

TURNS = tuple(Turn(number=number, round=1, ask=Ask(proposer="any")) for number in (1, 2, 3))


def attempt(turn: Turn) -> Attempt:
    return Attempt(
        number=turn.number,
        round=turn.round,
        ask=turn.ask,
        proposal=Proposal(text=""),
        reading=Reading(plan=None),
        verdict=None,
    )


class Taker:
    """Takes turns, remembers in which task, and waits before those in `waits`."""

    def __init__(self, *waits: int) -> None:
        self.waits = waits
        self.begun = asyncio.Event()
        self.tasks: dict[int, asyncio.Task | None] = {}
        self.cancelled: list[int] = []

    async def take(self, turn: Turn) -> Attempt:
        self.begun.set()
        self.tasks[turn.number] = asyncio.current_task()
        try:
            await asyncio.sleep(60.0 if turn.number in self.waits else 0.0)
        except asyncio.CancelledError:
            self.cancelled.append(turn.number)
            raise
        return attempt(turn)


async def blind() -> None:
    """A watcher that sees nothing."""


async def broken(turn: Turn | None = None) -> Attempt:
    raise RuntimeError("no light")


async def test_a_turn_alone_is_taken_by_whoever_waits_for_it():
    taker, under_way = Taker(), UnderWay()
    under_way.start(TURNS[:1], taker.take)
    assert await under_way.some(None) == [Taken(attempt=attempt(TURNS[0]))]
    assert taker.tasks == {1: asyncio.current_task()}
    assert under_way.turns == ()


async def test_several_turns_are_tasks_and_come_by_number():
    taker, under_way = Taker(), UnderWay()
    under_way.start(TURNS, taker.take)
    ended = []
    while under_way.turns:
        ended += await under_way.some(None)
    assert ended == [Taken(attempt=attempt(turn)) for turn in TURNS]
    assert len({*taker.tasks.values(), asyncio.current_task()}) == 4


async def test_a_watcher_is_heard_while_a_turn_is_under_way():
    taker, under_way = Taker(1), UnderWay([blind()])
    under_way.start(TURNS[:1], taker.take)
    assert await under_way.some(None) == [Watched(sight=None)]
    assert under_way.turns == TURNS[:1]
    await under_way.end()
    assert taker.cancelled == [1]


@pytest.mark.parametrize("count", [1, 2])
async def test_turns_that_time_ran_out_for_are_left_until_they_are_ended(count):
    taker, under_way = Taker(1, 2), UnderWay()
    under_way.start(TURNS[:count], taker.take)
    assert await under_way.some(0.01) == []
    assert under_way.turns == TURNS[:count]
    await under_way.end()
    assert sorted(taker.cancelled) == list(range(1, count + 1))


@pytest.mark.parametrize("count", [1, 2])
async def test_a_turn_that_breaks_says_which_it_was(count):
    under_way = UnderWay()
    under_way.start(TURNS[:count], broken)
    (first, *_) = await under_way.some(None)
    assert isinstance(first, Broken)
    assert (first.turn, str(first.problem)) == (TURNS[0], "no light")
    await under_way.end()


async def test_a_watcher_that_breaks_is_no_turn():
    under_way = UnderWay([broken()])
    under_way.start(TURNS[:1], Taker(1).take)
    (first,) = await under_way.some(None)
    assert isinstance(first, Broken)
    assert first.turn is None
    await under_way.end()


@pytest.mark.parametrize("count", [1, 2])
async def test_cancelling_whoever_waits_for_turns_cancels_them(count):
    taker, under_way = Taker(1, 2), UnderWay()

    async def wait() -> None:
        under_way.start(TURNS[:count], taker.take)
        try:
            await under_way.some(None)
        finally:
            await under_way.end()

    waiting = asyncio.create_task(wait())
    await taker.begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert sorted(taker.cancelled) == list(range(1, count + 1))
