"""Sound planners, a few at once: whoever asks takes a place, and waits where none is free.

Plans come out as the planners said them. Nobody has verified them: that is for whoever asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from planners.engines.catalogue import ENGINES, first_to_do
from planners.engines.engine import Engine, Order, OutOfTime, Purpose, Report
from planners.pddl import read_task
from planners.plan import Plan
from planners.pool import Limits
from planners.repair.errand import NOBODY
from planners.repair.ways import Way, mend
from planners.task import Task


class SoundPlanners:
    """The planners of one process. Safe to share within one event loop; holds nothing open.

    Where no place is free in time, the report is that of nobody: out of time. Cancelling a
    call ends the planner behind it and gives its place free.

    Args:
        limits: How many planners run at once, and what each may take at most.
        engines: Those on offer; the order says nothing.
    """

    def __init__(
        self, limits: Limits | None = None, *, engines: Sequence[Engine] = ENGINES
    ) -> None:
        self.limits = limits or Limits()
        self.engines = tuple(engines)
        self._places = asyncio.Semaphore(self.limits.processes)

    async def plan(
        self,
        task: Task,
        *,
        optimal: bool = False,
        engine: str | None = None,
        seconds: float | None = None,
        seed: int = 0,
    ) -> Report:
        """Ask for a plan.

        Args:
            task: What is to be planned.
            optimal: A cheapest plan is wanted, and no other.
            engine: Name of the one engine to be asked, or None for whichever can.
            seconds: Wall-clock time from now, the wait for a place included; never more
                than the limits allow, which is what None stands for.
            seed: Source of randomness.

        Raises:
            TaskError: the task cannot be read.
        """
        purpose = Purpose.OPTIMAL if optimal else Purpose.PLAN
        return await self._do(Order(task=task, purpose=purpose, seed=seed), engine, seconds)

    async def prove(
        self, task: Task, *, engine: str | None = None, seconds: float | None = None
    ) -> Report:
        """Ask for a proof that there is no plan. See `plan`; a plan may come of it, too."""
        return await self._do(Order(task=task, purpose=Purpose.PROOF), engine, seconds)

    async def mend(
        self,
        way: Way,
        task: Task,
        plan: Plan | None,
        *,
        engine: str | None = None,
        seconds: float | None = None,
        seed: int = 0,
    ) -> Report:
        """Ask for a plan made of a flawed one. See `plan` for the arguments.

        Args:
            way: What is kept of the flawed plan, and how.
            task: What is to be planned.
            plan: The flawed plan, or None: then it is made from scratch.
            engine: As in `plan`.
            seconds: As in `plan`.
            seed: As in `plan`.

        Raises:
            TaskError: the task cannot be read.
        """
        engines = self._offered(engine)

        async def work(limits: Limits) -> Report:
            return await mend(way, task, plan, limits=limits, seed=seed, engines=engines)

        return await self._in_a_place(task, seconds, work)

    async def _do(self, order: Order, engine: str | None, seconds: float | None) -> Report:
        engines = self._offered(engine)

        async def work(limits: Limits) -> Report:
            return await first_to_do(order, limits, engines)

        return await self._in_a_place(order.task, seconds, work)

    def _offered(self, name: str | None) -> tuple[Engine, ...]:
        if name is None:
            return self.engines
        return tuple(engine for engine in self.engines if engine.name == name)

    async def _in_a_place(
        self, task: Task, seconds: float | None, work: Callable[[Limits], Awaitable[Report]]
    ) -> Report:
        # Reading may take a second; what comes behind finds the task read.
        await asyncio.to_thread(read_task, task)
        most = self.limits.seconds
        limit = most if seconds is None else min(seconds, most)
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                await self._places.acquire()
        except TimeoutError:
            waited = time.monotonic() - began
            return Report(engine=NOBODY, version="", result=OutOfTime(limit), seconds=waited)
        try:
            left = max(0.0, limit - (time.monotonic() - began))
            return await work(replace(self.limits, seconds=left))
        finally:
            self._places.release()
