"""What a sound planner is asked and what it answers: the same words for every engine.

Answers come in blocks: finding no plan is no error, and each way of finding none has its own
type, so that "there is no plan" is never mixed up with "there was no time".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeAlias

from planners.engines.features import Feature
from planners.plan import Plan
from planners.pool import Limits
from planners.task import Task


class Purpose(StrEnum):
    """What a planner is asked for."""

    PLAN = "plan"
    OPTIMAL = "optimal"
    REPAIR = "repair"
    PROOF = "proof"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an engine is asked to do.

    Attributes:
        task: A task that can be read.
        purpose: What for.
        start: The plan to start from; for `REPAIR` alone.
        seed: Source of randomness, at least 0; engines without any take no notice.
        count: How many different plans are wanted, at least 1; for `SEVERAL` alone.
    """

    task: Task
    purpose: Purpose = Purpose.PLAN
    start: Plan | None = None
    seed: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFound:
    """It says that it has found plans; nobody has verified them.

    Attributes:
        plans: At least one, the best first.
        optimal: It says that none is cheaper than the first.
    """

    plans: tuple[Plan, ...]
    optimal: bool = False


@dataclass(frozen=True, slots=True)
class ProvenUnsolvable:
    """Its search was complete and found no plan: there is none."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It stopped by itself without a plan and without a proof.

    Attributes:
        reason: In its words or ours, for the user.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """It was ended when its time was over.

    Attributes:
        seconds: Wall-clock time it was given.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """It needed more memory than it was given.

    Attributes:
        mebibytes: Address space it was given.
    """

    mebibytes: int


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not installed here, or cannot do this; it did not run.

    Attributes:
        reason: What it lacks and, where it is not installed, how to get it.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """It crashed, or its answer makes no sense.

    Attributes:
        reason: What is known of it, for the user.
        output: The end of what it wrote, for the log.
    """

    reason: str
    output: str = ""


Result: TypeAlias = (
    PlanFound | ProvenUnsolvable | GaveUp | OutOfTime | OutOfMemory | Refused | Broken
)


_BLOCKS: Mapping[type[Result], str] = MappingProxyType(
    {
        PlanFound: "plan_found",
        ProvenUnsolvable: "proven_unsolvable",
        GaveUp: "gave_up",
        OutOfTime: "out_of_time",
        OutOfMemory: "out_of_memory",
        Refused: "refused",
        Broken: "broken",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of an order.

    Attributes:
        engine: Name of the engine.
        version: Its version; empty where it is not installed.
        result: What it found.
        seconds: Wall-clock time from asking to its end; 0 where it did not run.
        steps: Search steps as the engine itself counts them (LPG: flips, Fast Downward:
            expanded states), or None where it tells none.
        notes: What was done otherwise than asked, and why, for the user.
    """

    engine: str
    version: str
    result: Result
    seconds: float = 0.0
    steps: int | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.engine} {self.version}".rstrip()

    @property
    def block(self) -> str:
        """The block that the result belongs to, such as `out_of_time`."""
        return _BLOCKS[type(self.result)]

    @property
    def reason(self) -> str:
        """Why there is no plan, for the user; empty where there is one."""
        match self.result:
            case PlanFound():
                return ""
            case ProvenUnsolvable():
                return "there is no plan: every possibility was searched"
            case OutOfTime(seconds=seconds):
                return f"no plan within {seconds:.3g} s"
            case OutOfMemory(mebibytes=mebibytes):
                return f"no plan within {mebibytes} MiB of memory"
            case GaveUp(reason=reason) | Refused(reason=reason) | Broken(reason=reason):
                return reason


class Engine(Protocol):
    """A planner. Safe to share within an event loop; keeps nothing between orders."""

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        ...

    @property
    def summary(self) -> str:
        """What it is, in one line for the user."""
        ...

    @property
    def licence(self) -> str:
        """Its licence, as an SPDX expression or in words."""
        ...

    @property
    def source(self) -> str:
        """How to get it, for the user, such as `pip install "modulo-planning[lpg]"`."""
        ...

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What it can be asked for."""
        ...

    @property
    def features(self) -> frozenset[Feature]:
        """What a task may use for it to be able to read it."""
        ...

    def version(self) -> str | None:
        """Give the version that is installed here, or None. Starts no process."""
        ...

    def refuses(self, order: Order) -> str | None:
        """Say why it cannot do an order, or None if it can.

        Raises:
            TaskError: the task cannot be read.
        """
        ...

    async def run(self, order: Order, limits: Limits) -> Report:
        """Do an order in a process of its own, which is gone when this returns.

        Whatever the process does is told in the report. Cancelling ends the process.

        Raises:
            TaskError: the task cannot be read.
        """
        ...
