"""What the loop itself costs, beside the model, the reader and the verifier.

make bench        or        pytest tests/benchmarks/test_loop.py --benchmark-only -o addopts=
"""

import asyncio
import time

import pytest

from app.modulo.attempt import Ask, Proposal, Reading, Trace
from app.modulo.budget import Budget
from app.modulo.events import AttemptFinished
from app.modulo.loop import Modulo
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from planners import Plan, Step, Task
from planners.condition import Literal
from planners.verdict import Invalid, UnsatisfiedGoal

ATTEMPTS = 100
GOAL = (Literal("g"),)
WRONG = Invalid(flaw=UnsatisfiedGoal(index=1, unmet=GOAL), executed=1, state=(), open_goals=GOAL)


class Instant:
    """A proposer, a reader and a verifier that know their answer beforehand."""

    name = "instant"
    proposal = Proposal(text="(a)")
    reading = Reading(plan=Plan(steps=(Step(action="a"),)))

    def refuses(self, task: Task) -> str | None:
        return None

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        return self.proposal

    async def read(self, task: Task, text: str) -> Reading:
        return self.reading

    async def verify(self, task: Task, plan: Plan) -> Invalid:
        return WRONG


@pytest.mark.parametrize("width", [1, 4])
def test_the_loops_own_cost_per_attempt(benchmark, width):
    parts = Instant()
    loop = Modulo(
        strategy=Resample(batch=Batch(proposer="instant"), width=width),
        proposers={"instant": parts},
        reader=parts,
        verifier=parts,
    )
    task = Task(domain="", problem="")

    async def session() -> int:
        events = loop.solve(task, Budget(attempts=ATTEMPTS, seconds=None))
        return len([event async for event in events if isinstance(event, AttemptFinished)])

    def run() -> None:
        assert asyncio.run(session()) == ATTEMPTS

    began = time.process_time()
    run()
    benchmark.extra_info["cpu_milliseconds_per_attempt"] = round(
        (time.process_time() - began) / ATTEMPTS * 1000, 4
    )
    benchmark.pedantic(run, rounds=10)
