"""How far a plan could be executed, whichever way it was."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from planners.condition import Cause, Condition
from planners.execution.state import GroundAtom, Number, State
from planners.verdict import StepFlaw, ViolatedConstraint


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How far the steps of a plan could be executed.

    Attributes:
        state: Where execution stopped; behind all that the task states, if it did not.
        executed: How many steps were executed, in a temporal plan to their end.
        flaws: Those of the plan as a whole, in order of their steps, and then nothing was
            executed; or the first found in execution; or none.
        values: The numbers as they are behind the last step.
        makespan: When the last step ends, in the unit of time stamps; None in a task
            without durative actions and stated times.
        violated: How often each preference is violated; without those that are not.
        broken: The constraints that the states passed through break; none behind a flaw.
        causes: Says why literals do not hold in the state.
    """

    state: State
    executed: int
    flaws: tuple[StepFlaw, ...] = ()
    values: Mapping[GroundAtom, Number]
    makespan: Fraction | None = None
    violated: Mapping[str, int]
    broken: tuple[ViolatedConstraint, ...] = ()
    causes: Callable[[Iterable[Condition]], tuple[Cause, ...]]
