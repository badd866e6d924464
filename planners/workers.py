"""Judging plans beside an event loop: what is small in a thread, all else in a killable process.

What is tiny is judged at once: handing it to a thread and back takes longer than that.

A thread cannot be killed, so one judges only what is proven to be small before it begins:
`planners.effort` bounds the work by the lifted model and the number of steps, whatever the
plan says. Reading a task stays in the process of the caller, too: the reader is linear in
the text and the text is bounded (`planners.pddl.tokens`, `tests/planners/pddl/test_reading.py`).
"""

import asyncio
from collections.abc import Sequence
from fractions import Fraction
from types import TracebackType
from typing import Self

from planners.effort import effort, is_weighed
from planners.plan import Plan, Step
from planners.pool import Limits, WorkerPool
from planners.task import Task
from planners.verdict import Verdict
from planners.verifier import verify

# Ground parts at most; what is really made is many times less. A tiny judgement takes at most
# a millisecond or two, mostly less than the 0.1 ms of handing it to a thread and back.
SMALL = 1_000_000
TINY = 20_000

Row = tuple[str, tuple[str, ...], Fraction | None, Fraction | None]


class VerifierThreads:
    """Verifies in the threads of the running event loop. Holds nothing, safe to share.

    Nothing here can be killed; the verifier bounds its own work (`BoundReached`).
    """

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        """Say whether a plan solves a task, and if not, what is wrong with it.

        Raises:
            TaskError: the task cannot be read.
            BoundReached: judging it would take more than the verifier allows itself.
        """
        return await asyncio.to_thread(verify, task, plan)


class VerifierProcesses:
    """Verifies what is small in threads, and all else in processes under limits.

    Safe to share within one event loop. Enter it, or close it. No process starts before one
    is needed. Cancelling a judgement kills the process that makes it.

    Args:
        limits: What the processes may take.
        small: A judgement of at most so many ground parts is made in a thread.
    """

    def __init__(self, limits: Limits | None = None, *, small: int = SMALL) -> None:
        self._pool = WorkerPool("planners.workers:verify_rows", limits or Limits())
        self._small = small

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pool.close()

    @property
    def load(self) -> tuple[int, int]:
        """How many processes judge a plan now, and how many plans wait for one."""
        return self._pool.load

    async def warm(self) -> None:
        """Start every process now, so that no judgement waits for one to start."""
        await self._pool.warm()

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        """Say whether a plan solves a task, and if not, what is wrong with it.

        Raises:
            TaskError: the task cannot be read.
            BoundReached: judging it took more steps, memory or time than is allowed.
            WorkerLost: the process that judged it was ended from outside.
        """
        work = (
            effort(task, plan) if is_weighed(task) else await asyncio.to_thread(effort, task, plan)
        )
        if work <= min(TINY, self._small):
            return verify(task, plan)
        if work <= self._small:
            return await asyncio.to_thread(verify, task, plan)
        # Rows of plain values travel several times faster than steps do.
        rows = [(step.action, step.arguments, step.start, step.duration) for step in plan.steps]
        verdict: Verdict = await self._pool.call(task, rows, about=hash(task))
        return verdict


def verify_rows(task: Task, rows: Sequence[Row]) -> Verdict:
    """Verify a plan that came in rows; called in a process of the pool."""
    steps = tuple(
        Step(action=action, arguments=arguments, start=start, duration=duration)
        for action, arguments, start, duration in rows
    )
    return verify(task, Plan(steps=steps))
