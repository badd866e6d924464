"""A thousand sessions at once in one process, against a model that takes a second to answer.

Everything is real but the model: queue, store on disk, loop, reader, verifier. The ideal
time is that of one session alone: its attempts, one after another, a second each.
"""

import asyncio
import time
from pathlib import Path

import pytest

from app.api.server import settle_memory
from app.modulo.budget import Budget
from app.sessions.local_queue import LocalQueue
from app.sessions.queue import Places
from app.sessions.request import PlanRequest
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.wire_request import SessionCreatedWire
from tests.app.modulo.lamps import GOOD, HALF, TASK
from tests.app.sessions.parts import Patient, SmallBank

SESSIONS = 1000
LATENCY_SECONDS = 1.0


async def solve_all(folder: Path, attempts: int) -> float:
    """Run the sessions; gives the wall-clock time from the first request to the last plan."""
    request = PlanRequest(task=TASK, budget=Budget(attempts=attempts, seconds=None))
    created = SessionCreatedWire.of(request)
    settle_memory()
    answers = [HALF] * (attempts - 1) + [GOOD]
    bank = SmallBank(Patient(answers, seconds=LATENCY_SECONDS))
    async with (
        SqliteStore(folder / "sessions.db") as store,
        Runner(
            store=store,
            composer=bank,
            verifier=bank.verifier,
            queue=LocalQueue(places=Places(interactive=SESSIONS)),
        ) as runner,
    ):

        async def one(session_id: str) -> Status:
            await runner.submit(await store.create(session_id, created))
            return (await store.wait_for_end(session_id, timeout_seconds=300)).status

        began = time.perf_counter()
        ends = await asyncio.gather(*(one(f"s{number}") for number in range(SESSIONS)))
        taken = time.perf_counter() - began
    assert set(ends) == {Status.SOLVED}
    return taken


@pytest.mark.parametrize("attempts", [1, 5, 15])
def test_a_thousand_sessions_at_once_against_a_model_of_one_second(benchmark, tmp_path, attempts):
    taken = benchmark.pedantic(
        lambda: asyncio.run(solve_all(tmp_path, attempts)), rounds=1, iterations=1
    )
    ideal = attempts * LATENCY_SECONDS
    benchmark.extra_info["ideal_seconds"] = ideal
    benchmark.extra_info["times_the_ideal"] = round(taken / ideal, 3)
