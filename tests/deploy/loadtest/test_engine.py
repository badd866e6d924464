"""The time that answers take, on a clock that only the engine moves."""

from contextlib import ExitStack

import pytest

from deploy.loadtest.engine import Engine, Job, Law
from deploy.loadtest.prefix_cache import PrefixCache
from deploy.loadtest.slots import Slots

LAW = Law(prefill_seconds=0.25, token_seconds=2.0)
PROMPT = list("abcdefgh")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def engine_by(clock: Clock, *, chunk_tokens: int = 1, law: Law = LAW) -> Engine:
    return Engine(
        slots=Slots(1, clock=clock),
        cache=PrefixCache(blocks=100, block_tokens=2),
        law=law,
        chunk_tokens=chunk_tokens,
        clock=clock,
        sleep=clock.sleep,
    )


async def times(engine: Engine, clock: Clock, answer: str) -> list[float]:
    """Say when each piece came, from the start of the call."""
    began = clock.now
    job = Job(prompt=PROMPT, answer=list(answer))
    with engine.slots.place() as turn:
        async with engine.run(job, turn) as running:
            return [clock.now - began async for _ in running.pieces]


async def test_the_prompt_takes_its_time_and_then_each_token_takes_its_own(clock):
    assert await times(engine_by(clock), clock, "xyz") == [4.0, 6.0, 8.0]


async def test_what_each_call_takes_comes_before_all_else(clock):
    law = Law(prefill_seconds=0.25, token_seconds=2.0, first_seconds=10.0)
    assert await times(engine_by(clock, law=law), clock, "xyz") == [14.0, 16.0, 18.0]


async def test_cached_tokens_of_the_prompt_take_no_time(clock):
    engine = engine_by(clock)
    await times(engine, clock, "x")
    # Six of eight tokens: of the last full block one token has to be computed.
    assert await times(engine, clock, "xyz") == [2.5, 4.5, 6.5]


async def test_tokens_that_are_sent_together_come_when_the_last_of_them_is_made(clock):
    assert await times(engine_by(clock, chunk_tokens=2), clock, "xyz") == [6.0, 8.0]


async def test_what_is_late_goes_out_together_and_the_end_comes_in_time(clock):
    engine, pieces = engine_by(clock), []
    with engine.slots.place() as turn:
        async with engine.run(Job(prompt=PROMPT, answer=list("uvwxyz")), turn) as running:
            async for piece in running.pieces:
                pieces.append((clock.now, piece))
                # Whoever reads takes as long as three tokens, once.
                clock.now += 6.0 if len(pieces) == 1 else 0.0
    assert pieces == [(4.0, "u"), (10.0, "vwx"), (12.0, "y"), (14.0, "z")]


async def test_a_call_that_is_given_up_is_counted_and_keeps_no_slot(clock):
    engine = engine_by(clock)
    job = Job(prompt=PROMPT, answer=list("xyz"))

    async def give_up() -> None:
        with engine.slots.place() as turn:
            async with engine.run(job, turn) as running:
                await anext(running.pieces)
                raise RuntimeError

    with pytest.raises(RuntimeError):
        await give_up()
    assert (engine.left, engine.finished, engine.made_tokens, engine.slots.running) == (1, 0, 1, 0)


def test_times_below_nothing_are_refused():
    with pytest.raises(ValueError, match="at least 0"):
        Law(token_seconds=-1.0)


async def late_by(seconds: float, clock: Clock, *, asked: float) -> float:
    """Have a call seen to end late, and say when the next one's slot began."""
    engine, job = engine_by(clock), Job(prompt=[], answer=list("x"))
    with ExitStack() as places:
        first = places.enter_context(engine.slots.place())
        clock.now = asked
        with engine.slots.place() as second:
            clock.now = 0.0
            async with engine.run(job, first) as running:
                assert [piece async for piece in running.pieces] == ["x"]
                clock.now += seconds
            places.close()
            return second.since


async def test_a_slot_is_free_from_when_its_call_is_over_however_late_that_is_seen(clock):
    assert await late_by(0.0, clock, asked=0.0) == 2.0
    clock.now = 0.0
    assert await late_by(5.0, clock, asked=0.0) == 2.0


async def test_a_slot_begins_no_earlier_than_it_is_asked_for(clock):
    assert await late_by(5.0, clock, asked=3.0) == 3.0


async def test_a_call_whose_slot_was_seen_late_ends_in_time(clock):
    engine, ends = engine_by(clock), []
    job = Job(prompt=[], answer=list("x"))
    with ExitStack() as places:
        first = places.enter_context(engine.slots.place())
        with engine.slots.place() as second:
            async with engine.run(job, first) as running:
                ends += [clock.now async for _ in running.pieces]
                clock.now += 1.5
            places.close()
            async with engine.run(job, second) as running:
                ends += [clock.now async for _ in running.pieces]
    assert ends == [2.0, 4.0]
