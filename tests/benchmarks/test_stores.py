"""Events per second into each store, from 64 sessions that write side by side.

Each writer waits for its event to be durable before it sends the next: a commit on the disk,
or Redis with its append-only file written to the disk at each command. The third is Redis
with `appendfsync everysec`.
"""

import asyncio
import time
from pathlib import Path

from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.sessions.wire import ImprovedWire
from tests.app.sessions.parts import CREATED
from tests.redis_server import RedisServer, needs_redis

WRITERS = 64
EVENTS = 100


async def appends_per_second(store: SqliteStore | RedisStore) -> float:
    """Have all writers write; gives how many events a second became durable."""

    async def write(name: str) -> None:
        for number in range(1, EVENTS + 1):
            await store.append(name, ImprovedWire(attempt=number), expected=number)

    async with store:
        names = [f"s{number}" for number in range(WRITERS)]
        for name in names:
            await store.create(name, CREATED)
        began = time.perf_counter()
        await asyncio.gather(*(write(name) for name in names))
        taken = time.perf_counter() - began
        heads = [await store.head(name) for name in names]
        assert {head.sequence for head in heads} == {EVENTS + 1}
    return WRITERS * EVENTS / taken


def in_redis(folder: Path, fsync: str) -> float:
    folder.mkdir()
    with RedisServer(folder, durable=True, options=("--appendfsync", fsync)) as server:
        return asyncio.run(appends_per_second(RedisStore(server.url)))


def test_events_per_second_of_64_writers(benchmark, tmp_path):
    needs_redis()
    rates: dict[str, float] = {}

    def all_stores() -> None:
        rates["sqlite"] = asyncio.run(appends_per_second(SqliteStore(tmp_path / "sessions.db")))
        rates["redis, always"] = in_redis(tmp_path / "always", "always")
        rates["redis, everysec"] = in_redis(tmp_path / "everysec", "everysec")

    benchmark.pedantic(all_stores, rounds=1, iterations=1)
    benchmark.extra_info |= {name: round(rate) for name, rate in rates.items()}
    benchmark.extra_info["redis always to sqlite"] = round(
        rates["redis, always"] / rates["sqlite"], 2
    )
    # Neither falls behind the other by an order of magnitude, whatever the disk.
    assert 0.05 < rates["redis, always"] / rates["sqlite"] < 10
