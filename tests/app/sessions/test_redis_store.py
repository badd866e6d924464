"""What is Redis's own about the store; what every store owes stands in `tests/contracts`."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from app.modulo.budget import Limit
from app.sessions.errors import BrokenLog, StaleWriter, StoreUnavailable
from app.sessions.redis_connection import connect, losses
from app.sessions.redis_news import RedisNews
from app.sessions.redis_rows import told
from app.sessions.redis_store import RedisStore
from app.sessions.store import Claim, IdempotencyKey
from app.sessions.wire import (
    CancelledWire,
    DeliveredWire,
    ExhaustedWire,
    FailedWire,
    ReleasedWire,
)
from app.sessions.wire_request import OriginWire
from tests.app.sessions.parts import CREATED
from tests.redis_server import RedisServer, free_port, needs_redis


@pytest.fixture
async def store(redis_url):
    async with RedisStore(redis_url) as store:
        yield store


def keys(server: RedisServer) -> set[bytes]:
    with server.client() as client:
        return set(client.keys("*"))


async def test_no_key_is_left_of_what_was_forgotten(redis_server, store):
    # The number of the last session stays, and the format.
    await store.create("first", CREATED)
    await store.append("first", CancelledWire(), expected=1)
    await store.erase("first")
    before = keys(redis_server)
    origin = OriginWire(tenant="t", key="k", batch="b", label="l")
    created = CREATED.model_copy(update={"origin": origin, "webhook": "https://hooks.example.org"})
    await store.batches.begin("b", tenant="t", total=2)
    await store.batches.begin("never filled", tenant="t", total=2)
    for name in ("erased", "expired"):
        await store.create(
            name, created, key=IdempotencyKey(key=name, fingerprint="f", tenant="t"), most_at_once=9
        )
        await store.append(name, DeliveredWire(), expected=1)
        await store.append(name, ExhaustedWire(limit=Limit.ATTEMPTS), expected=2)
        await store.notices.claim(lease_seconds=60)
    during = keys(redis_server)
    await store.erase("erased")
    await store.expire(ended_before=datetime.now(UTC) + timedelta(hours=1), limit=9)
    assert len(during - before) > 10
    assert keys(redis_server) == before


async def test_a_writer_left_over_in_another_process_is_refused(redis_url, store):
    async with RedisStore(redis_url) as other:
        await store.create("s", CREATED)
        claim = Claim()
        await store.append("s", DeliveredWire(), expected=1, claim=claim)
        await other.append("s", DeliveredWire(), expected=2)
        with pytest.raises(StaleWriter) as refused:
            await store.append("s", FailedWire(reason="left over"), expected=2, claim=claim)
        assert (refused.value.expected, refused.value.found) == (2, 3)
        with pytest.raises(StaleWriter):
            await store.append("s", FailedWire(reason="left over"), expected=3, claim=claim)
        assert [entry.event.type for entry in await other.read("s")] == [
            "session_created",
            "delivered",
            "delivered",
        ]


async def test_redis_itself_refuses_a_number_that_was_taken(redis_server, store):
    await store.create("s", CREATED)
    await store.append("s", DeliveredWire(), expected=1)
    with redis_server.client() as client:
        entries = client.xrange("{modulo}:log:s")
        assert [number for number, _ in entries] == [b"0-1", b"0-2"]
        with pytest.raises(Exception, match="equal or smaller than the target"):
            client.xadd("{modulo}:log:s", {"event": "{}"}, id="0-2")


async def test_news_reach_waiters_in_other_processes(redis_url, store):
    async with RedisStore(redis_url) as other:
        await store.create("s", CREATED)
        waiting = asyncio.create_task(other.wait("s", after=1, timeout_seconds=10))
        ending = asyncio.create_task(other.wait_for_end("s", timeout_seconds=10))
        await asyncio.sleep(0.05)
        delivered = await store.append("s", DeliveredWire(), expected=1)
        assert await waiting == delivered
        cancelled = await store.append("s", CancelledWire(), expected=2)
        assert await ending == cancelled == await other.head("s")


async def test_a_thousand_idle_waiters_take_a_handful_of_connections(redis_server, store):
    for number in range(100):
        await store.create(f"s{number}", CREATED)
    waiting = [
        asyncio.create_task(store.wait(f"s{number % 100}", after=1, timeout_seconds=60))
        for number in range(1000)
    ]
    await asyncio.sleep(0.5)
    with redis_server.client() as client:
        taken = [line for line in client.client_list() if line["id"] != str(client.client_id())]
    assert not any(one.done() for one in waiting)
    assert len(taken) <= 6
    for number in range(100):
        await store.append(f"s{number}", DeliveredWire(), expected=1)
    assert {head.sequence for head in await asyncio.gather(*waiting)} == {2}


async def test_channels_nobody_listens_to_are_left(redis_server, redis_url):
    told, heard, client = [], asyncio.Event(), connect(redis_url)

    def tell(session_id: str, news: str) -> None:
        told.append((session_id, news))
        if news == "second":
            heard.set()

    news = RedisNews(
        client,
        prefix="p:",
        told=tell,
        look_again=told.append,
        patience_seconds=5.0,
        quiet_seconds=0.2,
        linger_seconds=0.2,
    )
    news.open()
    async with asyncio.timeout(10):
        async with news.of("s"):
            assert news.hears("s")
            await client.publish("p:news:s", "first")
            assert len(await client.pubsub_channels()) == 1
        while await client.pubsub_channels():  # noqa: ASYNC110  # Redis tells nobody
            await asyncio.sleep(0.02)
        assert not news.hears("s")
        # And are listened to again when somebody comes.
        async with news.of("s"):
            await client.publish("p:news:s", "second")
            await heard.wait()
    assert told == ["s", ("s", "first"), "s", ("s", "second")]
    await news.close()
    await client.aclose()
    await client.connection_pool.disconnect()


async def test_channels_are_left_although_others_are_wanted_all_the_time(redis_server, redis_url):
    client = connect(redis_url)
    news = RedisNews(
        client,
        prefix="p:",
        told=told,
        look_again=lambda session_id: None,
        patience_seconds=5.0,
        quiet_seconds=0.4,
        linger_seconds=0.2,
    )
    news.open()
    try:
        # Each within the time in which the connection would be quiet.
        for number in range(40):
            async with news.of(f"s{number}"):
                await asyncio.sleep(0.05)
        with redis_server.client() as looking:
            listened = looking.pubsub_channels("p:news:*")
        assert 0 < len(listened) < 30
        assert not news.hears("s0")
        assert news.hears("s39")
    finally:
        await news.close()
        await client.aclose()


async def test_who_follows_a_session_is_given_its_last_news_without_a_look(redis_url, store):
    await store.create("s", CREATED)
    waiting = asyncio.create_task(store.wait("s", after=1, timeout_seconds=10))
    await asyncio.sleep(0.05)
    await store.append("s", DeliveredWire(), expected=1)
    assert (await waiting).sequence == 2
    # Two more from elsewhere while nobody waits; they are heard all the same.
    async with RedisStore(redis_url) as other:
        await other.append("s", ReleasedWire(), expected=2)
        await other.append("s", DeliveredWire(), expected=3)
    async with asyncio.timeout(10):
        assert (await store.wait("s", after=3, timeout_seconds=10)).sequence == 4


@pytest.mark.parametrize("line", ["{", '{"type": "solved"}', '{"type": "of a time to come"}', "[]"])
async def test_a_damaged_event_is_named_and_other_sessions_are_not_touched(
    redis_server, store, line
):
    await store.create("s", CREATED)
    await store.create("t", CREATED)
    with redis_server.client() as client:
        client.xadd("{modulo}:log:s", {"at": "1", "by": "x", "event": line}, id="0-2")
    with pytest.raises(BrokenLog, match="event 2"):
        await store.read("s")
    assert await store.read("t")


async def test_scripts_that_redis_has_forgotten_are_sent_again(redis_server, store):
    await store.create("s", CREATED)
    await store.append("s", DeliveredWire(), expected=1)
    with redis_server.client() as client:
        client.script_flush()
    heads = await asyncio.gather(
        store.append("s", DeliveredWire(), expected=2),
        store.append("s", DeliveredWire(), expected=3),
        store.create("t", CREATED),
    )
    assert [head.sequence for head in heads] == [3, 4, 1]


async def test_two_deployments_share_a_redis_under_two_prefixes(redis_url, store):
    async with RedisStore(redis_url, prefix="{other}:") as other:
        await store.create("s", CREATED)
        await other.create("s", CREATED)
        await other.append("s", CancelledWire(), expected=1)
        assert (await store.head("s")).sequence == 1
        assert len((await other.page(limit=9)).heads) == 1


async def test_a_closed_store_is_unavailable(redis_url):
    async with RedisStore(redis_url) as store:
        await store.create("s", CREATED)
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.head("s")
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.wait("s", after=1, timeout_seconds=1)
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.append("s", DeliveredWire(), expected=1)


async def test_closing_sends_what_is_on_its_way(redis_url, store):
    await store.create("s", CREATED)
    async with RedisStore(redis_url) as other:
        sent = [other.append("s", DeliveredWire(), expected=number) for number in range(1, 500)]
    assert [(await head).sequence for head in sent][-1] == 500
    assert (await store.head("s")).sequence == 500


async def test_a_redis_that_is_too_old_is_refused():
    async def answer(reader, writer):
        told = b"# Server\r\nredis_version:6.2.14\r\n"
        while line := await reader.readline():
            if line.strip().upper() == b"INFO":
                writer.write(b"$%d\r\n%s\r\n" % (len(told), told))
            elif line.startswith(b"*"):
                continue
            elif line.strip().upper() in {b"CLIENT", b"SELECT"}:
                writer.write(b"+OK\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(StoreUnavailable, match=r"Redis 6\.2\.14 is too old: version 7 or newer"):
        async with RedisStore(f"redis://127.0.0.1:{port}/0"):
            pass
    server.close()


CLUSTER = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))


async def test_a_cluster_is_refused(tmp_path):
    needs_redis()
    with (
        RedisServer(tmp_path, options=CLUSTER) as server,
        pytest.raises(StoreUnavailable, match="cluster"),
    ):
        async with RedisStore(server.url):
            pass


async def test_what_a_later_version_wrote_is_refused(redis_server, redis_url):
    with redis_server.client() as client:
        client.set("{modulo}:format", 99)
    with pytest.raises(StoreUnavailable, match="later version"):
        async with RedisStore(redis_url):
            pass


async def test_a_redis_that_is_not_there_is_said_to_be_unavailable():
    with pytest.raises(StoreUnavailable, match="connecting"):
        async with RedisStore("redis://127.0.0.1:1/0", patience_seconds=0.1):
            pass


async def test_a_url_that_is_none_is_refused():
    with pytest.raises(StoreUnavailable, match="URL"):
        RedisStore("gopher://127.0.0.1")


async def test_opening_warns_of_what_this_redis_would_lose(redis_url, caplog):
    with caplog.at_level(logging.WARNING):
        async with RedisStore(redis_url):
            pass
    assert "append-only file" in caplog.text


async def test_opening_says_nothing_of_a_redis_that_loses_nothing(durable_redis, caplog):
    with caplog.at_level(logging.WARNING):
        async with RedisStore(durable_redis.url):
            pass
    assert caplog.text == ""


DURABLE = {"aof_enabled": 1, "maxmemory": 0, "maxmemory_policy": "noeviction"}


@pytest.mark.parametrize(
    ("told", "fsync", "warned"),
    [
        (DURABLE, "always", []),
        (DURABLE, "everysec", []),
        (DURABLE, None, []),
        (DURABLE, "no", ["appendfsync"]),
        (DURABLE | {"aof_enabled": 0}, "no", ["appendonly yes"]),
        (DURABLE | {"maxmemory_policy": "allkeys-lru"}, "always", []),
        (DURABLE | {"maxmemory": 9, "maxmemory_policy": "volatile-lru"}, "always", []),
        (DURABLE | {"maxmemory": 9, "maxmemory_policy": "allkeys-lru"}, "always", ["allkeys-lru"]),
    ],
)
def test_each_setting_that_loses_sessions_is_named(told, fsync, warned):
    found = losses(told, fsync)
    assert len(found) == len(warned)
    assert all(word in warning for word, warning in zip(warned, found, strict=True))
