"""Sound planners that run beside the loop from its start, and may end it early."""

from enum import StrEnum
from typing import Protocol, TypeAlias

from app.modulo.quality import Bound
from planners.engines.engine import Report
from planners.task import Task


class Watch(StrEnum):
    """What is watched for."""

    UNSOLVABILITY = "unsolvability"
    BOUND = "bound"


Sight: TypeAlias = Report | Bound
"""A report that there is no plan, or what every plan costs at least."""


class Watcher(Protocol):
    """Looks at a task while the model proposes. Cancelling it ends the planner behind it."""

    async def watch(self, task: Task) -> Sight | None:
        """Look until there is something to be told, or None where there never will be."""
        ...
