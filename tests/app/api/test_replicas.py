"""Two servers over one store: whatever was begun at one goes on at the other.

The first runs the sessions. With Redis each has a connection of its own to it, as in
processes of their own; a SQLite file belongs to one process, so there they share the store.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from tests.app.api.serving import Served, events, serve
from tests.app.api.test_batches import LINES, SMALL, lines
from tests.app.api.test_events import STREAM, WHOLE
from tests.app.api.test_plans import ASKED, AT_ONCE, begin
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Gated


@dataclass(frozen=True, slots=True)
class Replicas:
    first: Served
    second: Served
    gated: Gated


@pytest.fixture(params=["sqlite", "redis"])
async def replicas(request, tmp_path):
    gated = Gated([HALF, GOOD], through=[1])
    async with AsyncExitStack() as opened:

        async def a_store():
            if request.param == "redis":
                url = request.getfixturevalue("redis_url")
                return await opened.enter_async_context(RedisStore(url))
            return await opened.enter_async_context(SqliteStore(tmp_path / "sessions.db"))

        one = await a_store()
        other = await a_store() if request.param == "redis" else one
        first = await opened.enter_async_context(serve(tmp_path, gated, store=one))
        second = await opened.enter_async_context(serve(tmp_path, gated, store=other, runs=False))
        yield Replicas(first, second, gated)


async def test_a_stream_goes_on_at_another_replica_without_gap_or_double(replicas):
    told = []
    first, second = replicas.first, replicas.second
    async with first.client.stream("POST", "/v1/plans", json=ASKED, headers=STREAM) as response:
        url = f"{response.headers['location']}/events"
        async for number, kind, _ in events(response):
            told.append((number, kind))
            break
    # Cut off after each event, and back at the other one with the number of the last.
    replica = second
    while told[-1][0] < 5:
        headers = {"Last-Event-ID": str(told[-1][0])}
        async with replica.client.stream("GET", url, headers=headers) as response:
            async for number, kind, _ in events(response):
                told.append((number, kind))
                break
        replica = first if replica is second else second
    # What happens at the first from now on is followed at the second while it happens.
    async with second.client.stream("GET", url, params={"after": told[-1][0]}) as response:
        replicas.gated.gate.set()
        told += [(number, kind) async for number, kind, _ in events(response)]
    assert told == list(enumerate(WHOLE, 1))


async def test_readers_at_both_replicas_see_the_same(replicas):
    session_id = await begin(replicas.first, replicas.gated)

    async def read(served: Served) -> list[tuple[int, str]]:
        async with served.client.stream("GET", f"/v1/plans/{session_id}/events") as response:
            return [(number, kind) async for number, kind, _ in events(response)]

    reading = [
        asyncio.create_task(read(served))
        for served in (replicas.first, replicas.second)
        for _ in range(5)
    ]
    await asyncio.sleep(0.1)
    replicas.gated.gate.set()
    assert all(told == list(enumerate(WHOLE, 1)) for told in await asyncio.gather(*reading))


async def test_who_waits_at_one_replica_is_told_of_the_end_at_another(replicas):
    session_id = await begin(replicas.first, replicas.gated)
    waiting = asyncio.create_task(
        replicas.second.client.get(f"/v1/plans/{session_id}", params={"wait": 15})
    )
    await asyncio.sleep(0.1)
    replicas.gated.gate.set()
    async with asyncio.timeout(5):
        assert (await waiting).json()["status"] == "solved"


async def test_requests_of_one_key_at_two_replicas_at_once_make_one_session(replicas):
    headers = {"Idempotency-Key": "mine", **AT_ONCE}
    responses = await asyncio.gather(
        *(
            served.client.post("/v1/plans", json=ASKED, headers=headers)
            for _ in range(10)
            for served in (replicas.first, replicas.second)
        )
    )
    assert {response.status_code for response in responses} <= {202, 409}
    accepted = [response.json()["id"] for response in responses if response.status_code == 202]
    assert len(accepted) >= 2
    assert len(set(accepted)) == 1
    assert len((await replicas.second.client.get("/v1/plans")).json()["sessions"]) == 1


async def test_batches_of_one_key_at_two_replicas_at_once_are_one_batch(replicas):
    headers = {"Idempotency-Key": "mine", **LINES}
    responses = await asyncio.gather(
        *(
            served.client.post("/v1/batches", content=lines(SMALL, SMALL, SMALL), headers=headers)
            for _ in range(4)
            for served in (replicas.first, replicas.second)
        )
    )
    assert {response.status_code for response in responses} <= {202, 409}
    accepted = {response.json()["id"] for response in responses if response.status_code == 202}
    assert len(accepted) == 1
    batch = (await replicas.second.client.get(f"/v1/batches/{accepted.pop()}")).json()
    assert (batch["total"], batch["missing"]) == (3, 0)
    assert len((await replicas.first.client.get("/v1/plans")).json()["sessions"]) == 3


async def test_a_batch_begun_at_one_replica_is_ended_and_erased_at_another(replicas):
    response = await replicas.first.client.post(
        "/v1/batches", content=lines(SMALL, SMALL, SMALL), headers=LINES
    )
    batch_id = response.json()["id"]
    ended = await replicas.second.client.post(f"/v1/batches/{batch_id}/cancel")
    assert ended.json()["counts"]["cancelled"] == 3
    assert (await replicas.second.client.delete(f"/v1/batches/{batch_id}")).status_code == 204
    assert (await replicas.first.client.get(f"/v1/batches/{batch_id}")).status_code == 404
