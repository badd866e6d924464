"""A shared queue while its Redis is away."""

import asyncio

import pytest

from app.sessions.docket_lane import Pace
from app.sessions.docket_queue import DocketQueue, with_connections
from app.sessions.errors import StoreUnavailable
from app.sessions.queue import GivenBack, Ticket
from tests.redis_server import RedisServer

TICKET = Ticket(session_id="a")


def queue(url: str, patience_seconds: float = 20.0) -> DocketQueue:
    pace = Pace(redelivery_seconds=2.0, retry_seconds=0.1)
    return DocketQueue(url=url, pace=pace, patience_seconds=patience_seconds)


async def until(there) -> None:
    async with asyncio.timeout(30):
        while not there():  # noqa: ASYNC110  # a queue has no event to wait for
            await asyncio.sleep(0.01)


async def test_what_is_submitted_while_redis_is_away_is_run_once_it_is_back(
    durable_redis: RedisServer,
):
    ran: list[str] = []

    async def run(session_id: str) -> None:
        ran.append(session_id)

    one = queue(durable_redis.url)
    await one.open(run)
    await one.submit(Ticket(session_id="before"))
    await until(lambda: ran == ["before"])
    durable_redis.kill()
    submitted = asyncio.create_task(one.submit(TICKET))
    await until(lambda: not one.ready)
    await asyncio.to_thread(durable_redis.start)
    await submitted
    # What ran when Redis went may be run again: its log would say that it has ended.
    await until(lambda: "a" in ran)
    assert one.ready
    await one.close()


async def test_a_redis_that_stays_away_is_told_before_long(durable_redis: RedisServer):
    one = queue(durable_redis.url, patience_seconds=0.3)
    await one.open(None)
    durable_redis.kill()
    for call in (one.submit(TICKET), one.submit_all([TICKET]), one.cancel("a")):
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable, match="the queue"):
                await call
    await one.close()


async def test_a_redis_that_does_not_answer_is_told_before_long(durable_redis: RedisServer):
    one = queue(durable_redis.url, patience_seconds=0.3)
    await one.open(None)
    await one.submit(TICKET)
    durable_redis.pause()
    async with asyncio.timeout(5):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await one.submit(Ticket(session_id="b"))
    durable_redis.resume()
    await one.close()


async def test_what_runs_is_told_to_leave_while_redis_is_away_and_is_run_again(
    durable_redis: RedisServer,
):
    ends: list[str] = []

    async def run(session_id: str) -> None:
        while not one.leaving and not ends:  # noqa: ASYNC110  # as a session looks
            await asyncio.sleep(0.01)
        ends.append("left" if one.leaving else "done")
        if one.leaving:
            raise GivenBack(session_id)

    one = queue(durable_redis.url)
    await one.open(run)
    await one.submit(TICKET)
    await asyncio.sleep(0.2)
    durable_redis.kill()
    await until(lambda: ends == ["left"])
    await asyncio.to_thread(durable_redis.start)
    await until(lambda: ends == ["left", "done"])
    await one.close()


async def test_what_does_not_leave_is_cancelled_before_others_take_it_up(
    durable_redis: RedisServer,
):
    begun = 0

    async def run(session_id: str) -> None:
        nonlocal begun
        begun += 1
        await asyncio.sleep(0.0 if begun > 1 else 3600.0)

    one = queue(durable_redis.url)
    await one.open(run)
    await one.submit(TICKET)
    await until(lambda: begun == 1)
    durable_redis.kill()
    await asyncio.to_thread(durable_redis.start)
    await until(lambda: begun == 2)
    await until(lambda: one.ready)
    await one.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:6379/0", "redis://host:6379/0?max_connections=178"),
        (
            "rediss://host/0?ssl_cert_reqs=none",
            "rediss://host/0?ssl_cert_reqs=none&max_connections=178",
        ),
        ("redis://host/0?max_connections=20", "redis://host/0?max_connections=20"),
        ("memory://", "memory://"),
    ],
)
def test_a_url_that_does_not_say_how_many_connections_is_given_enough(url, expected):
    assert with_connections(url, 178) == expected
