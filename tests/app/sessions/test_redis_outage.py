"""What becomes of sessions when their Redis goes away: killed, stopped, cut off, full."""

import asyncio
import random

import pytest

from app.sessions.errors import StaleWriter, StoreUnavailable
from app.sessions.notices import Notice
from app.sessions.redis_store import RedisStore
from app.sessions.status import Status
from app.sessions.store import Claim, Store, follow
from app.sessions.wire import CancelledWire, DeliveredWire, FailedWire, ImprovedWire
from app.sessions.wire_request import OriginWire
from tests.app.sessions.cable import Cable
from tests.app.sessions.parts import CREATED
from tests.redis_server import RedisServer, needs_redis


@pytest.fixture
async def cable(redis_url):
    async with Cable(redis_url) as cable:
        yield cable


async def attempts(store: Store, session_id: str) -> list[int]:
    """Give the numbers that `write` wrote."""
    return [entry.event.attempt for entry in (await store.read(session_id))[1:]]


async def write(store: Store, session_id: str, events: int) -> None:
    """Write events as a session does: the next one while the last is on its way."""
    claim, under_way = Claim(), []
    for number in range(1, events + 1):
        event = ImprovedWire(attempt=number)
        under_way.append(store.append(session_id, event, expected=number, claim=claim))
        if number % 2 == 0:
            await asyncio.gather(*under_way)
            under_way.clear()
    await asyncio.gather(*under_way)


async def killed_and_started(server: RedisServer, pauses: list[float]) -> None:
    for pause in pauses:
        await asyncio.sleep(pause)
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(pause)
        await asyncio.to_thread(server.start)


async def test_no_event_is_lost_or_doubled_when_redis_is_killed_amid_appends(durable_redis):
    events, names = 150, [f"s{number}" for number in range(20)]
    async with RedisStore(durable_redis.url) as store:
        for name in names:
            await store.create(name, CREATED)
        killing = asyncio.create_task(killed_and_started(durable_redis, [0.1, 0.3, 0.2]))
        rounds = 0
        while not killing.done():
            rounds += 1
            for name in names:
                await store.create(f"{name}, round {rounds}", CREATED)
            await asyncio.gather(
                *(write(store, f"{name}, round {rounds}", events) for name in names)
            )
        await killing
        for number in range(1, rounds + 1):
            for name in names:
                log = await attempts(store, f"{name}, round {number}")
                assert log == list(range(1, events + 1))


async def test_what_was_confirmed_is_there_when_nobody_tries_again(durable_redis):
    confirmed: dict[str, int] = {}

    async def impatient(store: Store, name: str) -> None:
        for number in range(1, 100_000):
            await store.append(name, ImprovedWire(attempt=number), expected=number)
            confirmed[name] = number

    names = [f"s{number}" for number in range(16)]
    async with RedisStore(durable_redis.url, append_patience_seconds=0.0) as store:
        for name in names:
            await store.create(name, CREATED)
        writing = [asyncio.create_task(impatient(store, name)) for name in names]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(durable_redis.kill)
        ends = await asyncio.gather(*writing, return_exceptions=True)
        assert {type(end) for end in ends} == {StoreUnavailable}
    await asyncio.to_thread(durable_redis.start)
    async with RedisStore(durable_redis.url) as store:
        for name in names:
            log = await attempts(store, name)
            # One more may be there, whose answer was lost.
            assert log == list(range(1, len(log) + 1))
            assert len(log) - confirmed[name] in {0, 1}
    assert sum(confirmed.values()) > 100


async def test_an_event_whose_answer_was_lost_is_sent_again_and_stands_there_once(cable, redis_url):
    async with RedisStore(cable.url) as store, RedisStore(redis_url) as other:
        await store.create("s", CREATED)
        cable.lose_answers_to = b"improved"
        claim = Claim()
        heads = await asyncio.gather(
            *(
                store.append("s", ImprovedWire(attempt=number), expected=number, claim=claim)
                for number in range(1, 6)
            )
        )
        assert cable.lost == 1
        assert [head.sequence for head in heads] == [2, 3, 4, 5, 6]
        assert await attempts(other, "s") == [1, 2, 3, 4, 5]
        assert not claim.lost
        assert heads[-1] == await other.head("s")


async def test_an_outcome_whose_answer_was_lost_is_taken_once_and_told_once(cable, redis_url):
    created = CREATED.model_copy(update={"webhook": "https://hooks.example.org"})
    async with RedisStore(cable.url) as store:
        await store.create("s", created)
        cable.lose_answers_to = b"broken"
        head = await store.append("s", FailedWire(reason="broken"), expected=1)
        assert (cable.lost, head.status, head.sequence) == (1, Status.FAILED, 2)
        assert await store.counts() == {Status.FAILED: 1}
        assert await store.notices.claim(lease_seconds=60) == Notice(session_id="s", tries=0)
        assert await store.notices.claim(lease_seconds=60) is None


async def test_an_event_whose_answer_was_lost_is_known_though_others_wrote_behind_it(
    cable, redis_url
):
    async with RedisStore(cable.url) as store, RedisStore(redis_url) as other:
        await store.create("s", CREATED)
        cable.lose_answers_to = b"improved"
        writing = asyncio.ensure_future(
            store.append("s", ImprovedWire(attempt=1), expected=1, claim=(claim := Claim()))
        )
        await cable.lost_one.wait()
        cable.cut()
        await other.append("s", CancelledWire(), expected=2)
        cable.mend()
        head = await writing
        assert (head.sequence, head.status) == (2, Status.RUNNING)
        with pytest.raises(StaleWriter):
            await store.append("s", ImprovedWire(attempt=2), expected=2, claim=claim)
        assert (await store.head("s")).sequence == 3


async def test_a_session_whose_answer_was_lost_is_begun_once_and_counts_once(cable):
    created = CREATED.model_copy(update={"origin": OriginWire(key="k")})
    async with RedisStore(cable.url) as store:
        cable.lose_answers_to = b"session_created"
        assert (await store.create("s", created, most_at_once=1)).session_id == "s"
        assert cable.lost == 1
        assert await store.counts() == {Status.QUEUED: 1}


async def test_erasing_is_done_though_its_answer_was_lost(cable):
    async with RedisStore(cable.url) as store:
        await store.create("secret", CREATED)
        await store.append("secret", CancelledWire(), expected=1)
        cable.lose_answers_to = b"secret"
        await store.erase("secret")
        assert cable.lost == 1
        assert (await store.page(limit=1)).heads == ()


async def test_who_waits_is_told_after_a_restart(durable_redis):
    async with RedisStore(durable_redis.url) as store, RedisStore(durable_redis.url) as other:
        await store.create("s", CREATED)
        waiting = asyncio.create_task(store.wait_for_end("s", timeout_seconds=30))
        followed = asyncio.create_task(collected(store, "s"))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(durable_redis.kill)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(durable_redis.start)
        await other.append("s", DeliveredWire(), expected=1)
        await other.append("s", CancelledWire(), expected=2)
        assert (await waiting).status is Status.CANCELLED
        assert await followed == [1, 2, 3]


async def collected(store: Store, session_id: str) -> list[int]:
    entries = follow(store, session_id, after=0, idle_seconds=30)
    return [entry.sequence async for some in entries for entry in some]


async def test_news_told_while_a_waiter_was_cut_off_are_not_missed(cable, redis_url):
    async with RedisStore(cable.url) as store, RedisStore(redis_url) as other:
        await other.create("s", CREATED)
        waiting = asyncio.create_task(store.wait("s", after=1, timeout_seconds=30))
        await asyncio.sleep(0.1)
        cable.cut()
        await asyncio.sleep(0.1)
        await other.append("s", DeliveredWire(), expected=1)
        await asyncio.sleep(0.1)
        assert not waiting.done()
        cable.mend()
        assert (await waiting).sequence == 2


async def test_reads_fail_soon_and_appends_hold_out(cable):
    async with RedisStore(cable.url, patience_seconds=0.2, append_patience_seconds=20.0) as store:
        await store.create("s", CREATED)
        cable.cut()
        writing = asyncio.ensure_future(store.append("s", DeliveredWire(), expected=1))
        for call in (
            store.head("s"),
            store.read("s"),
            store.page(limit=1),
            store.create("t", CREATED),
            store.wait("s", after=1, timeout_seconds=10),
            store.notices.claim(lease_seconds=1),
            store.batches.batch("b"),
            store.ping(),
        ):
            with pytest.raises(StoreUnavailable):
                await call
        assert not writing.done()
        cable.mend()
        assert (await writing).sequence == 2
        await store.ping()


async def test_what_comes_behind_an_event_that_was_given_up_does_not_get_in(cable, redis_url):
    async with (
        RedisStore(cable.url, append_patience_seconds=0.1) as store,
        RedisStore(redis_url) as other,
    ):
        await store.create("s", CREATED)
        cable.cut()
        claim = Claim()
        with pytest.raises(StoreUnavailable):
            await store.append("s", ImprovedWire(attempt=1), expected=1, claim=claim)
        assert claim.lost
        cable.mend()
        await other.append("s", DeliveredWire(), expected=1)
        with pytest.raises(StaleWriter):
            await store.append("s", ImprovedWire(attempt=2), expected=2, claim=claim)
        assert (await other.head("s")).sequence == 2


async def test_a_server_that_does_not_answer_is_left_for_another_connection(durable_redis):
    url = f"{durable_redis.url}?socket_timeout=0.2"
    async with RedisStore(url, patience_seconds=0.2) as store:
        await store.create("s", CREATED)
        durable_redis.pause()
        try:
            writing = asyncio.ensure_future(store.append("s", DeliveredWire(), expected=1))
            with pytest.raises(StoreUnavailable):
                await store.head("s")
            await asyncio.sleep(0.5)
            assert not writing.done()
        finally:
            durable_redis.resume()
        assert (await writing).sequence == 2
        assert [entry.sequence for entry in await store.read("s")] == [1, 2]


async def test_a_server_that_is_no_primary_for_a_while_is_waited_for(durable_redis):
    async with RedisStore(durable_redis.url, patience_seconds=0.2) as store:
        await store.create("s", CREATED)
        with durable_redis.client() as client:
            client.replicaof("127.0.0.1", "1")
            writing = asyncio.ensure_future(store.append("s", DeliveredWire(), expected=1))
            with pytest.raises(StoreUnavailable, match="read only"):
                await store.create("t", CREATED)
            assert not writing.done()
            client.replicaof("NO", "ONE")
        assert (await writing).sequence == 2


async def test_a_full_memory_is_waited_for_and_erasing_makes_room(tmp_path):
    needs_redis()
    with RedisServer(tmp_path) as server, server.client() as client:
        async with RedisStore(server.url, patience_seconds=0.2) as store:
            await store.create("s", CREATED)
            await store.create("big", CREATED.model_copy(update={"problem": "x" * 4_000_000}))
            await store.append("big", CancelledWire(), expected=1)
            client.config_set("maxmemory", "3mb")
            with pytest.raises(StoreUnavailable, match="memory"):
                await store.create("t", CREATED)
            writing = asyncio.ensure_future(store.append("s", DeliveredWire(), expected=1))
            await asyncio.sleep(0.1)
            assert not writing.done()
            await store.erase("big")
            assert (await writing).sequence == 2
            await store.create("t", CREATED)


@pytest.mark.sweep
async def test_logs_have_no_gap_and_no_double_over_many_kills_and_cuts(durable_redis):
    events, names = 1500, [f"s{number}" for number in range(32)]
    chance = random.Random(7)
    async with Cable(durable_redis.url) as cable, RedisStore(cable.url) as store:
        for name in names:
            await store.create(name, CREATED)
        ends = [
            asyncio.create_task(store.wait_for_end(name, timeout_seconds=300)) for name in names
        ]

        async def whole(name: str) -> None:
            await write(store, name, events)
            await store.append(name, CancelledWire(), expected=events + 1)

        writing = asyncio.gather(*(whole(name) for name in names))
        troubles = 0
        while not writing.done():
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            troubles += 1
            if chance.random() < 0.3:
                await asyncio.to_thread(durable_redis.kill)
                await asyncio.to_thread(durable_redis.start)
            else:
                cable.lose_answers_to = b"improved"
        await writing
        assert {head.status for head in await asyncio.gather(*ends)} == {Status.CANCELLED}
        for name in names:
            entries = await store.read(name)
            assert [entry.event.attempt for entry in entries[1:-1]] == list(range(1, events + 1))
        assert troubles > 3
        assert cable.lost > 0
