"""Both stores say the same after the same calls, whatever the calls are."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.modulo.budget import Limit
from app.sessions.errors import SessionError
from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.store import Claim, Filter, Head, IdempotencyKey
from app.sessions.wire import CancelledWire, DeliveredWire, ExhaustedWire, ReleasedWire
from app.sessions.wire_request import OriginWire
from tests.app.sessions.parts import CREATED
from tests.redis_server import RedisServer

Either: TypeAlias = SqliteStore | RedisStore
FAR = timedelta(days=1)
EVENTS = (DeliveredWire(), ReleasedWire(), CancelledWire(), ExhaustedWire(limit=Limit.TOKENS))

ids = st.sampled_from(["a", "b", "c", "d", "e"])
tenants = st.sampled_from(["t", "u"])
batches = st.sampled_from([None, "1", "2"])
keys = st.sampled_from([None, "k"])
filters = st.builds(
    lambda status, tenant, batch: Filter(
        status=status, tenant=tenant, batch=batch and f"{tenant or 't'}{batch}"
    ),
    st.sampled_from([None, Status.QUEUED, Status.CANCELLED]),
    st.one_of(st.none(), tenants),
    batches,
)


def without_times(head: Head) -> tuple[object, ...]:
    return head.session_id, head.status, head.sequence, head.origin


async def create(store: Either, name: str, tenant: str, batch: str | None, *rest: Any) -> object:
    key, idempotency, fingerprint, most, hooked = rest
    # All sessions of a batch are of one tenant.
    origin = OriginWire(tenant=tenant, key=key, batch=batch and f"{tenant}{batch}")
    created = CREATED.model_copy(
        update={"origin": origin, "webhook": "https://hooks.example.org" if hooked else None}
    )
    named = idempotency and IdempotencyKey(key=idempotency, fingerprint=fingerprint, tenant=tenant)
    # A name is never used twice for sessions that are there.
    try:
        await store.head(name)
    except SessionError:
        return without_times(await store.create(name, created, key=named, most_at_once=most))
    return None


async def append(store: Either, name: str, claims: dict[str, Claim], *rest: Any) -> object:
    event, late, claimed = rest
    expected = (await store.head(name)).sequence - late
    claim = claims.setdefault(name, Claim()) if claimed else None
    return without_times(await store.append(name, event, expected=expected, claim=claim))


async def walk(store: Either, limit: int, wanted: Filter) -> object:
    pages, cursor = [], None
    while True:
        page = await store.page(limit=limit, after=cursor, wanted=wanted)
        pages.append([without_times(head) for head in page.heads])
        if (cursor := page.next) is None:
            return pages


async def logged(store: Either, name: str, after: int, most: int | None) -> object:
    entries = await store.read(name, after=after, most=most)
    return [(entry.sequence, entry.event) for entry in entries]


async def found(store: Either, tenant: str, fingerprint: str) -> object:
    head = await store.find(IdempotencyKey(key="i", fingerprint=fingerprint, tenant=tenant))
    return head and without_times(head)


async def all_batches(store: Either, tenant: str) -> object:
    page = await store.batches.page(tenant=tenant, limit=9)
    return [(batch.batch_id, batch.total) for batch in page.batches], page.next


async def begin(store: Either, tenant: str, batch: str) -> object:
    begun = await store.batches.begin(f"{tenant}{batch}", tenant=tenant, total=2)
    return begun.batch_id, begun.tenant, begun.total


async def erase(store: Either, name: str) -> object:
    return await store.erase(name)


async def counts(store: Either, wanted: Filter) -> object:
    return dict(await store.counts(wanted))


async def unfinished(store: Either) -> object:
    return [without_times(head) for head in await store.unfinished()]


async def expire(store: Either, away: timedelta, limit: int) -> object:
    return await store.expire(ended_before=datetime.now(UTC) + away, limit=limit)


async def claim(store: Either, lease_seconds: float) -> object:
    return await store.notices.claim(lease_seconds=lease_seconds)


async def settle(store: Either, name: str, again: timedelta | None) -> object:
    at = None if again is None else datetime.now(UTC) + again
    return await store.notices.settle(name, again_at=at)


creating = st.tuples(
    st.just(create),
    ids,
    tenants,
    batches,
    keys,
    st.sampled_from([None, "i"]),
    st.sampled_from(["f", "g"]),
    st.sampled_from([None, 1, 3]),
    st.booleans(),
)
appending = st.tuples(
    st.just(append),
    ids,
    st.just("claims"),
    st.sampled_from(EVENTS),
    st.sampled_from([0, 0, 0, 1]),
    st.booleans(),
)
# Those named twice or more are made so much oftener.
calls = st.one_of(
    *([creating] * 5),
    *([appending] * 7),
    st.tuples(st.just(logged), ids, st.integers(0, 2), st.sampled_from([None, 1])),
    st.tuples(st.just(erase), ids),
    st.tuples(st.just(walk), st.integers(1, 3), filters),
    st.tuples(st.just(counts), filters),
    st.tuples(st.just(unfinished)),
    st.tuples(st.just(found), tenants, st.sampled_from(["f", "g"])),
    st.tuples(st.just(expire), st.sampled_from([-FAR, FAR]), st.integers(1, 2)),
    st.tuples(st.just(claim), st.sampled_from([0.0, 60.0])),
    st.tuples(st.just(settle), ids, st.sampled_from([None, -FAR, FAR])),
    st.tuples(st.just(begin), tenants, st.sampled_from(["1", "2"])),
    st.tuples(st.just(all_batches), tenants),
)


async def say(store: Either, call: tuple[Any, ...], claims: dict[str, Claim]) -> object:
    """Make one call; gives what it gives, or the error it raises, without times."""
    what, *values = [claims if value == "claims" else value for value in call]
    try:
        return await what(store, *values)
    except SessionError as refused:
        return type(refused), refused.args


async def told(store: Either, sequence: list[tuple[Any, ...]]) -> list[object]:
    async with store:
        claims: dict[str, Claim] = {}
        return [await say(store, call, claims) for call in sequence]


def compare(server: RedisServer, sequence: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        by_file = asyncio.run(told(SqliteStore(Path(folder) / "sessions.db"), sequence))
    prefix = f"{uuid4().hex}:"
    by_redis = asyncio.run(told(RedisStore(server.url, prefix=prefix), sequence))
    with server.client() as client:
        client.flushall()
    for call, one, other in zip(sequence, by_file, by_redis, strict=True):
        assert one == other, call


@settings(max_examples=40)
@given(sequence=st.lists(calls, max_size=25))
def test_both_stores_say_the_same_after_the_same_calls(redis_server, sequence):
    compare(redis_server, sequence)


@pytest.mark.sweep
@settings(max_examples=250)
@given(sequence=st.lists(calls, min_size=15, max_size=60))
def test_both_stores_say_the_same_after_the_same_calls_at_length(redis_server, sequence):
    compare(redis_server, sequence)
