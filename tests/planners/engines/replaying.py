"""A planner whose answers are known beforehand: a whole engine, whose process is a sleep."""

import asyncio
import time
from collections.abc import Sequence

from planners import read_plan
from planners.engines.engine import (
    GaveUp,
    Order,
    OutOfTime,
    PlanFound,
    Purpose,
    Refused,
    Report,
    Result,
)
from planners.engines.features import Feature
from planners.pool import Limits


def found(text: str) -> PlanFound:
    return PlanFound(plans=(read_plan(text),))


class ReplayingEngine:
    """Gives its answers in turn, each after a while; behind the last one it gives up."""

    summary = "answers in turn"
    licence = "Apache-2.0"
    source = "part of the tests"
    features = frozenset(Feature)

    def __init__(
        self,
        answers: Sequence[Result] = (),
        *,
        name: str = "replaying",
        seconds: float = 0.0,
        purposes: frozenset[Purpose] = frozenset(Purpose),
    ) -> None:
        self.name = name
        self.purposes = purposes
        self.orders: list[Order] = []
        self.running = 0
        self.most_running = 0
        self.cancelled = 0
        self.asked = asyncio.Event()
        self._answers = list(answers)
        self._seconds = seconds

    def version(self) -> str | None:
        return "1.0"

    def refuses(self, order: Order) -> str | None:
        if order.purpose in self.purposes:
            return None
        return f"{self.name} is not made for: {order.purpose.value}"

    async def run(self, order: Order, limits: Limits) -> Report:
        began = time.monotonic()
        if (reason := self.refuses(order)) is not None:
            return Report(engine=self.name, version="1.0", result=Refused(reason))
        self.orders.append(order)
        self.asked.set()
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(min(self._seconds, limits.seconds))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        if self._seconds > limits.seconds:
            result: Result = OutOfTime(limits.seconds)
        else:
            result = self._answers.pop(0) if self._answers else GaveUp("it has no more answers")
        return Report(
            engine=self.name,
            version="1.0",
            result=result,
            seconds=time.monotonic() - began,
            steps=len(self.orders),
        )
