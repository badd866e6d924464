"""What the apprentice was trained to reach, on instances it never saw."""

import asyncio

import pytest

from app.apprentice.measure import held_out, measure
from app.apprentice.model import NAME, embedded_apprentice
from app.bank import Bank, open_bank
from app.modulo.budget import Budget
from app.modulo.events import Solved
from app.sessions.request import PlanRequest
from app.settings import Settings
from planners import Task

pytestmark = pytest.mark.sweep

SIDE_BY_SIDE = 4


async def solves(bank: Bank, task: Task, seed: int) -> bool:
    """Run the default loop, with 16 attempts."""
    budget = Budget(attempts=16, seconds=120.0)
    request = PlanRequest(task=task, model=NAME, seed=seed, budget=budget)
    events = [event async for event in bank.compose(request).solve(task, request.budget)]
    return isinstance(events[-1], Solved)


async def test_one_call_solves_85_percent_of_4_blocks():
    found = await measure(embedded_apprentice(), held_out(4, 200, seed=1), calls=1, seed=1)
    assert found.share(1) >= 0.85


@pytest.mark.parametrize(("blocks", "share"), [(4, 0.97), (6, 0.85), (8, 0.85), (12, 0.85)])
async def test_the_default_loop_solves_its_share(blocks, share):
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(seed: int, task: Task) -> bool:
        async with places:
            return await solves(bank, task, seed)

    async with open_bank(Settings()) as bank:
        tasks = held_out(blocks, 200, seed=2)
        solved = sum(await asyncio.gather(*(one(seed, task) for seed, task in enumerate(tasks))))
    print(f"{blocks} blocks: {solved} of {len(tasks)} solved")  # noqa: T201 (shown by pytest -s)
    assert solved / len(tasks) >= share
