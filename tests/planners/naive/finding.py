"""What the naive interpreter makes of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tests.planners.naive.arithmetic import Values
from tests.planners.naive.simple import Flaw
from tests.planners.naive.truth import Fact


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the interpreter makes of a plan.

    Attributes:
        misfits: Of each step that does not fit the task, all the ways in which it does not.
        executed: How many steps could be executed.
        stopped: All that keeps the plan from going on; empty behind the last step.
        facts: What holds there, derived atoms among it.
        values: The numbers there.
        reached: Whether the goal holds there.
        broken: The index of the step behind which it is clear that a constraint is not met,
            for each; only where all steps were executed.
        violated: How often each preference is violated, sorted by name.
        cost: The value of the metric, or None where it has none.
        makespan: When the last step ends; None where steps are judged as a sequence.
        sequential: Whether they are.
    """

    misfits: Mapping[int, set[str]]
    executed: int
    stopped: set[Flaw]
    facts: frozenset[Fact]
    values: Values
    reached: bool
    broken: tuple[int, ...] = ()
    violated: tuple[tuple[str, int], ...] = ()
    cost: Fraction | None = None
    makespan: Fraction | None = None
    sequential: bool = True
    misfit_kinds: frozenset[str] = field(
        default=frozenset({"action", "object", "arguments", "type"})
    )

    @property
    def valid(self) -> bool:
        return not self.misfits and not self.stopped and not self.broken and self.reached
