"""An engine that is a program: called in a folder of its own, its answer read and told.

What differs from program to program is how it is called and how its answer reads.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from planners.engines.engine import (
    Broken,
    Order,
    OutOfMemory,
    OutOfTime,
    PlanFound,
    Purpose,
    Refused,
    Report,
    Result,
)
from planners.engines.features import Feature, features_of
from planners.engines.installed import version_of
from planners.engines.plain import Plain
from planners.engines.untyped import simply_typed
from planners.errors import BoundReached, PlanSyntaxError, TookTooLong
from planners.pddl.model import LiftedTask
from planners.pddl.reading import read_task
from planners.plan import Plan, read_plan
from planners.pool import Limits
from planners.process import Ended, run, workplace

DOMAIN, PROBLEM, PLAN = "domain.pddl", "problem.pddl", "plan"
MOST_CHARACTERS_TOLD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a program is called for.

    Attributes:
        place: The file that was found of it.
        order: What it is to do.
        features: What the task uses.
        limits: What it may take.
    """

    place: Path
    order: Order
    features: frozenset[Feature]
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How it is called. `DOMAIN` and `PROBLEM` lie in the folder where it works.

    Attributes:
        program: What is started.
        arguments: As it gets them.
        more_mebibytes: Address space that it reserves and does not fill.
        threads: How many threads may be at work at once.
        online: Whether it needs sockets.
    """

    program: Path
    arguments: tuple[str, ...]
    more_mebibytes: int = 0
    threads: int = 1
    online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it has left behind.

    Attributes:
        call: What it was called for.
        ended: How it ended, and what it wrote; None where its time was over.
        folder: Where it worked.
    """

    call: Call
    ended: Ended | None
    folder: Path

    @property
    def code(self) -> int | None:
        """Its exit code; that of a signal is negative, and None where its time was over."""
        return self.ended.code if self.ended else None

    @property
    def output(self) -> str:
        """What it wrote to both of its streams."""
        return self.ended.output if self.ended else ""

    def plans(self, *names: str) -> tuple[Plan, ...]:
        """Read the plans in files, as far as they are there.

        Raises:
            PlanSyntaxError: one is no plan.
            BoundReached: one is too long.
        """
        paths = [self.folder / name for name in names]
        return tuple(
            read_plan(path.read_text(encoding="utf-8", errors="replace"))
            for path in paths
            if path.exists()
        )

    def out_of_time(self) -> OutOfTime:
        """Say that its time was over."""
        return OutOfTime(self.call.limits.seconds)

    def out_of_memory(self) -> OutOfMemory:
        """Say that it needed more memory."""
        return OutOfMemory(self.call.limits.memory_mebibytes)

    def broken(self, reason: str) -> Broken:
        """Say that it broke, with the end of what it wrote."""
        return Broken(reason, self.output[-MOST_CHARACTERS_TOLD:])

    def failed(self) -> OutOfTime | OutOfMemory | Broken:
        """Say how it ended where it has not said so itself."""
        if self.ended is None:
            return self.out_of_time()
        if self.ended.memory_ran_out:
            return self.out_of_memory()
        return self.broken(f"it found no plan and ended with {self.ended.ending}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An engine as a process of its own. See `planners.engines.engine.Engine`.

    Attributes:
        distribution: The package that brings it, by which its version is known.
        place: Finds its file, or None where it is not installed.
        command: Says how it is called.
        result: Reads its answer; plans are those of the plain task.
        steps: Reads how many search steps it has made, or None.
        obstacle: Says what stands in the way of an order whose features it knows, or None.
        with_costs: Says whether it is told the costs.
        keeps: Whether the plans that it has written count when its time is over.
        told: Changes the task that it is told to one that it can read, with the same plans.
        texts: Writes what else lies in its folder, by the name of the file; may raise
            `KeyError` where the order names what is not in the task.
    """

    name: str
    summary: str
    licence: str
    source: str
    purposes: frozenset[Purpose]
    features: frozenset[Feature]
    distribution: str
    place: Callable[[], Path | None]
    command: Callable[[Call], Command]
    result: Callable[[Answer], Result]
    steps: Callable[[str], int | None] = lambda _: None
    obstacle: Callable[[LiftedTask, Order], str | None] = lambda _task, _order: None
    with_costs: Callable[[LiftedTask, Order], bool] = lambda _task, _order: True
    keeps: bool = False
    told: Callable[[LiftedTask, Order], LiftedTask] = lambda task, _order: task
    texts: Callable[[Call, Plain], Mapping[str, str]] = lambda _call, _plain: {}

    def version(self) -> str | None:
        """Give the version of its package, or None where its program is not there."""
        return version_of(self.distribution) if self.place() else None

    def refuses(self, order: Order) -> str | None:
        """Say why it cannot do an order, or None if it can.

        Raises:
            TaskError: the task cannot be read.
        """
        if order.purpose not in self.purposes:
            return f"it cannot be asked for `{order.purpose}`"
        task = simply_typed(read_task(order.task))
        surplus = sorted(features_of(task) - self.features)
        if surplus:
            return f"it cannot read {', '.join(surplus)}"
        if self.version() is None:
            return f"it is not installed; get it with {self.source}"
        return self.obstacle(task, order)

    async def run(self, order: Order, limits: Limits) -> Report:
        """Do an order in a process of its own, which is gone when this returns.

        Raises:
            TaskError: the task cannot be read.
        """
        begun = monotonic()
        version, place = self.version() or "", self.place()
        reason = await asyncio.to_thread(self.refuses, order)
        if reason is not None or place is None:
            return Report(engine=self.name, version=version, result=Refused(reason or ""))
        task = await asyncio.to_thread(simply_typed, read_task(order.task))
        call = Call(place=place, order=order, features=features_of(task), limits=limits)
        costs = self.with_costs(task, order)
        plain = await asyncio.to_thread(Plain, self.told(task, order), costs=costs)
        result, steps = await self._done(call, plain)
        seconds = monotonic() - begun
        return Report(
            engine=self.name, version=version, result=result, seconds=seconds, steps=steps
        )

    async def _done(self, call: Call, plain: Plain) -> tuple[Result, int | None]:
        command = self.command(call)
        limits = replace(
            call.limits, memory_mebibytes=call.limits.memory_mebibytes + command.more_mebibytes
        )
        texts = {DOMAIN: plain.task.domain, PROBLEM: plain.task.problem}
        try:
            texts.update(self.texts(call, plain))
        except KeyError as problem:
            return Broken(f"the plan to start from names what is not in the task: {problem}"), None
        try:
            async with workplace(texts) as folder:
                try:
                    ended = await run(
                        command.program,
                        *command.arguments,
                        folder=folder,
                        limits=limits,
                        keep_ends=True,
                        cpu_seconds=limits.seconds * command.threads,
                        online=command.online,
                    )
                except TookTooLong:
                    ended = None
                answer = Answer(call=call, ended=ended, folder=folder)
                return self._told(answer, plain), self.steps(answer.output)
        except OSError as problem:
            return Broken(f"it cannot be run: {problem}"), None

    def _told(self, answer: Answer, plain: Plain) -> Result:
        """Read what it has left behind; plans are told in the names of the user."""
        if answer.ended is None and not (self.keeps and any(answer.folder.glob(f"{PLAN}*"))):
            return answer.out_of_time()
        try:
            result = self.result(answer)
            if isinstance(result, PlanFound):
                return replace(result, plans=tuple(map(plain.users, result.plans)))
        except (PlanSyntaxError, BoundReached) as problem:
            return answer.broken(f"its plan cannot be read: {problem}")
        except KeyError as problem:
            return answer.broken(f"its plan names what is not in the task: {problem}")
        return result
