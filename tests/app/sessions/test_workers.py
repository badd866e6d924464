"""Workers in processes of their own over a real Redis: killed, held up, asked to end."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.sessions.origin import Lane, Origin
from app.sessions.redis_store import RedisStore
from app.sessions.runner import Runner
from app.sessions.status import Status
from app.sessions.store import Store
from app.sessions.wire import AttemptFinishedWire, AttemptStartedWire, DeliveredWire, ReleasedWire
from app.sessions.wire_request import SessionCreatedWire
from tests.app.sessions.parts import REQUEST, Patient, SmallBank
from tests.app.sessions.working import options, queue_of
from tests.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60.0


class Workers:
    """Worker processes; those that are left at the end of a test are killed."""

    def __init__(self) -> None:
        self.left: list[subprocess.Popen[str]] = []

    def start(self, url: str, **settings: float) -> subprocess.Popen[str]:
        """Start one and wait until it works; `settings` as in `working`."""
        command = [sys.executable, "-m", "tests.app.sessions.working", url]
        for name, value in settings.items():
            command += [f"--{name}", str(value)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.left.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        return process

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def end(self) -> None:
        for process in self.left:
            self.kill(process)


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers()
    yield workers
    workers.end()


@asynccontextmanager
async def api(url: str) -> AsyncIterator[tuple[RedisStore, Runner]]:
    """What an API process holds: it submits and cancels, and runs nothing."""
    bank = SmallBank(Patient([]))
    queue = queue_of(options([url]))
    async with (
        RedisStore(url) as store,
        Runner(
            store=store, composer=bank, verifier=bank.verifier, queue=queue, runs=False
        ) as runner,
    ):
        yield store, runner


async def begin(store: Store, runner: Runner, count: int, *, tenant: str = "default") -> list[str]:
    """Submit sessions, every fourth of them into the batch lane."""
    names = [f"{tenant}-{number}" for number in range(count)]
    for number, name in enumerate(names):
        lane = Lane.INTERACTIVE if number % 4 else Lane.BATCH
        created = SessionCreatedWire.of(
            REQUEST.__class__(
                task=REQUEST.task,
                budget=REQUEST.budget,
                origin=Origin(tenant=tenant, lane=lane),
            )
        )
        await runner.submit(await store.create(name, created))
    return names


async def until(there: Callable[[], object], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await there():  # noqa: ASYNC110  # another process has no event
            await asyncio.sleep(0.02)


async def finished(store: Store, names: list[str]) -> int:
    """Count the attempts that have been finished."""
    logs = await asyncio.gather(*(store.read(name) for name in names))
    return sum(isinstance(entry.event, AttemptFinishedWire) for log in logs for entry in log)


async def solved(store: Store, names: list[str], *, attempts: int, seconds: float) -> None:
    """Wait for all sessions, and look at their logs: no gap, no attempt paid twice."""
    ends = await asyncio.gather(
        *(store.wait_for_end(name, timeout_seconds=seconds) for name in names)
    )
    assert Counter(head.status for head in ends) == {Status.SOLVED: len(names)}
    for name in names:
        log = await store.read(name)
        assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))
        done: list[int] = []
        for entry in log:
            if isinstance(entry.event, AttemptFinishedWire):
                done.append(entry.event.attempt.number)
            elif isinstance(entry.event, AttemptStartedWire):
                assert entry.event.number not in done, "a finished attempt was asked for again"
        assert done == list(range(1, attempts + 1))


async def count(store: Store, names: list[str], kind: type) -> int:
    logs = await asyncio.gather(*(store.read(name) for name in names))
    return sum(isinstance(entry.event, kind) for log in logs for entry in log)


async def test_sessions_of_a_killed_worker_go_on_from_their_logs_on_another(redis_url, workers):
    first = workers.start(redis_url, seconds=0.4)
    workers.start(redis_url, seconds=0.4)
    async with api(redis_url) as (store, runner):
        names = await begin(store, runner, 12)

        async def some() -> bool:
            return await finished(store, names) >= 12

        await until(some)
        killed = time.monotonic()
        workers.kill(first)
        await solved(store, names, attempts=4, seconds=20)
        assert time.monotonic() - killed < 20
        assert await count(store, names, ReleasedWire) == 0
        # Each that the first had was taken up once more.
        assert 12 < await count(store, names, DeliveredWire) <= 24


@pytest.mark.sweep
async def test_a_session_of_a_tenant_with_a_bound_goes_on_after_a_kill_too(redis_url, workers):
    first = workers.start(redis_url, tenant=2, seconds=0.4)
    workers.start(redis_url, tenant=2, seconds=0.4)
    async with api(redis_url) as (store, runner):
        names = await begin(store, runner, 8)

        async def some() -> bool:
            return await finished(store, names) >= 2

        await until(some)
        workers.kill(first)
        await solved(store, names, attempts=4, seconds=30)


async def test_a_worker_that_is_asked_to_end_hands_its_sessions_over_at_once(redis_url, workers):
    first = workers.start(redis_url, seconds=0.3, redelivery=30)
    workers.start(redis_url, seconds=0.3, redelivery=30)
    async with api(redis_url) as (store, runner):
        names = await begin(store, runner, 8)

        async def some() -> bool:
            return await finished(store, names) >= 4

        await until(some)
        first.send_signal(signal.SIGTERM)
        # Long before anything is delivered again for want of a sign of life.
        await solved(store, names, attempts=4, seconds=15)
        first.wait(10)
        released = await count(store, names, ReleasedWire)
        assert released >= 1
        assert await count(store, names, DeliveredWire) == 8 + released
        # Attempts in flight were finished: none was begun twice.
        assert await count(store, names, AttemptStartedWire) == 8 * 4


async def test_cancelling_reaches_a_worker_in_another_process_at_once(redis_url, workers):
    workers.start(redis_url, seconds=30, places=1)
    async with api(redis_url) as (store, runner):
        names = await begin(store, runner, 3)
        running, waiting = names[1], names[2]

        async def begun() -> bool:
            return (await store.head(running)).sequence >= 3

        await until(begun)
        assert (await runner.cancel(running)).status is Status.CANCELLED
        # Its place is free, so its proposer has stopped: the next one has it.
        began = time.monotonic()

        async def next_one() -> bool:
            return (await store.head(waiting)).status is Status.RUNNING

        await until(next_one, 10)
        assert time.monotonic() - began < 4 * 0.25


@pytest.mark.sweep
async def test_a_worker_that_was_held_up_loses_its_session_and_writes_no_more(redis_url, workers):
    held = workers.start(redis_url, seconds=4, redelivery=1)
    async with api(redis_url) as (store, runner):
        (name,) = await begin(store, runner, 1)

        async def begun() -> bool:
            return (await store.head(name)).sequence >= 3

        await until(begun)
        workers.start(redis_url, seconds=1.5, redelivery=1)
        held.send_signal(signal.SIGSTOP)

        async def taken_over() -> bool:
            return await count(store, [name], DeliveredWire) == 2

        await until(taken_over)
        # Its attempt is due, or will be: it is refused, and the session is left alone.
        held.send_signal(signal.SIGCONT)
        await solved(store, [name], attempts=4, seconds=30)
        assert await count(store, [name], DeliveredWire) == 2
        assert await count(store, [name], ReleasedWire) == 0
        assert held.poll() is None


@pytest.mark.sweep
async def test_a_session_that_was_created_and_never_submitted_is_swept_up(redis_url, workers):
    workers.start(redis_url, sweep=0.5)
    async with api(redis_url) as (store, _):
        await store.create("forgotten", SessionCreatedWire.of(REQUEST))
        await solved(store, ["forgotten"], attempts=4, seconds=20)


@pytest.mark.sweep
async def test_sessions_outlive_a_restart_of_redis(durable_redis: RedisServer, workers):
    workers.start(durable_redis.url, seconds=0.3)
    workers.start(durable_redis.url, seconds=0.3)
    async with api(durable_redis.url) as (store, runner):
        names = await begin(store, runner, 12)

        async def some() -> bool:
            return await finished(store, names) >= 12

        await until(some)
        durable_redis.kill()
        await asyncio.sleep(0.5)
        durable_redis.start()
        late = await begin(store, runner, 4, tenant="late")
        await solved(store, names + late, attempts=4, seconds=25)


@pytest.mark.sweep
async def test_nothing_is_lost_or_paid_twice_while_workers_and_redis_are_killed(
    durable_redis: RedisServer, workers
):
    draw = random.Random(7)
    settings = {"attempts": 4, "seconds": 0.7, "redelivery": 2.0}
    team = [workers.start(durable_redis.url, **settings) for _ in range(2)]
    async with api(durable_redis.url) as (store, runner):
        names = await begin(store, runner, 40)
        for number in range(4):
            await asyncio.sleep(draw.uniform(0.5, 2.0))
            victim = draw.randrange(2)
            workers.kill(team[victim])
            if number == 1:
                durable_redis.kill()
                durable_redis.start()
            team[victim] = await asyncio.to_thread(workers.start, durable_redis.url, **settings)
        await solved(store, names, attempts=4, seconds=40)
