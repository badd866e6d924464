"""Parts of the tests of repair: engines at hand, replayed ones, and plans that are flawed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from planners import Plan, Task, Valid, verify
from planners.engines.catalogue import engine_called
from planners.engines.engine import PlanFound, Purpose, Result
from planners.pool import Limits
from planners.repair.ways import Way, mend
from tests.planners.engines.replaying import ReplayingEngine

SOLVED = Path(__file__).resolve().parents[1] / "solved"
LIMITS = Limits(seconds=20.0)


def needs(*names: str) -> None:
    """Skip the test where an engine is not installed."""
    for name in names:
        if engine_called(name).version() is None:
            pytest.skip(f"the planner is not installed: {name}")


def solved_task(name: str) -> Task:
    """Read one of the tasks that planners at hand solve."""
    folder = SOLVED / name
    return Task(
        domain=(folder / "domain.pddl").read_text(encoding="utf-8"),
        problem=(folder / "problem.pddl").read_text(encoding="utf-8"),
    )


class Replayed(ReplayingEngine):
    """One that is asked in turn, and remembers what for."""

    def __init__(self, *answers: Result) -> None:
        super().__init__(answers, name="replayed")

    @property
    def purposes_asked(self) -> list[Purpose]:
        return [order.purpose for order in self.orders]


async def mended(way: Way, task: Task, plan: Plan | None, engines: Sequence[Replayed] = ()):
    """Mend a plan, with the engines at hand unless others are given."""
    more = {"engines": engines} if engines else {}
    return await mend(way, task, plan, limits=LIMITS, **more)


async def valid_plan(way: Way, task: Task, plan: Plan | None) -> Plan:
    """Mend a plan, and see that what comes of it is valid."""
    report = await mended(way, task, plan)
    assert isinstance(report.result, PlanFound), report
    made = report.result.plans[0]
    assert isinstance(verify(task, made), Valid), (way, report)
    return made
