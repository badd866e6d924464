import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import OutOfMemoryError, ResponseError

from app.sessions.errors import StoreUnavailable
from app.sessions.round_trips import RoundTrips


class Far:
    """The other end: doubles what it is sent, unless it is away or has a problem with it."""

    def __init__(self) -> None:
        self.trips: list[list[int]] = []
        self.away = False
        self.problems: dict[int, Exception] = {}
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, items: Sequence[int]) -> list[int | Exception]:
        self.trips.append([*items])
        await self.gate.wait()
        if self.away:
            raise NotConnected("away")
        return [self.problems.get(item, item * 2) for item in items]


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
async def trips(far):
    trips = RoundTrips(far.send, patience_seconds=10.0)
    trips.open()
    yield trips
    await trips.close()


async def test_what_comes_during_a_round_trip_goes_with_the_next(far, trips):
    far.gate.clear()
    first = trips.call(0)
    await asyncio.sleep(0.01)
    others = [trips.call(number) for number in range(1, 6)]
    await asyncio.sleep(0.01)
    assert far.trips == [[0]]
    far.gate.set()
    assert await asyncio.gather(first, *others) == [0, 2, 4, 6, 8, 10]
    assert far.trips == [[0], [1, 2, 3, 4, 5]]


async def test_a_round_trip_takes_so_many_and_no_more_than_a_load(far, trips):
    heavy = [trips.call(number, weight=3_000_000) for number in range(3)]
    light = [trips.call(number) for number in range(3, 600)]
    await asyncio.gather(*heavy, *light)
    assert [len(trip) for trip in far.trips] == [1, 1, 256, 256, 86]
    assert [item for trip in far.trips for item in trip] == list(range(600))


async def test_during_an_outage_calls_keep_their_places(far, trips):
    far.away = True
    calls = [trips.call(number) for number in range(3)]
    await asyncio.sleep(0.05)
    calls.append(trips.call(3))
    await asyncio.sleep(0.1)
    assert len(far.trips) > 2
    far.away = False
    assert await asyncio.gather(*calls) == [0, 2, 4, 6]
    assert far.trips[-1] == [0, 1, 2, 3]


async def test_only_those_whose_problem_passes_are_sent_again(far, trips):
    far.problems = {1: OutOfMemoryError("full"), 2: ResponseError("ERR no such thing")}
    calls = [trips.call(number) for number in range(4)]
    assert (await calls[0], await calls[3]) == (0, 6)
    with pytest.raises(ResponseError, match="no such thing"):
        await calls[2]
    far.problems = {}
    assert await calls[1] == 2
    assert [1] in far.trips


async def test_a_call_is_given_up_when_its_patience_is_over(far):
    given_up: list[int] = []
    trips = RoundTrips(far.send, patience_seconds=0.05, given_up=given_up.append)
    trips.open()
    far.away = True
    calls = [trips.call(number) for number in range(2)]
    for call in calls:
        with pytest.raises(StoreUnavailable, match="away"):
            await call
    assert given_up == [0, 1]
    far.away = False
    assert await trips.call(2) == 4
    await trips.close()


async def test_a_cancelled_call_takes_its_way_all_the_same(far, trips):
    far.gate.clear()
    first, second = trips.call(1), trips.call(2)
    await asyncio.sleep(0)
    second.cancel()
    far.gate.set()
    await first
    assert [item for trip in far.trips for item in trip] == [1, 2]


async def test_closing_waits_for_what_is_on_its_way_but_not_for_an_outage(far):
    trips = RoundTrips(far.send, patience_seconds=60.0, close_seconds=0.05)
    trips.open()
    done = trips.call(1)
    await trips.close()
    assert await done == 2
    trips = RoundTrips(far.send, patience_seconds=60.0, close_seconds=0.05)
    trips.open()
    far.away = True
    stranded = trips.call(1)
    await trips.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await stranded
    with pytest.raises(StoreUnavailable, match="closed"):
        trips.call(2)
