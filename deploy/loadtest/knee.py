"""Where a rising rate stops being served: the knee."""

from collections.abc import Sequence

from deploy.loadtest.report import Step

LEAST_SHARE = 0.9
MOST_TIMES = 3.0


def holds(step: Step, first: Step) -> bool:
    """Say whether a step is served: goodput keeps up, and p95 stays near that of the first."""
    if step.goodput < LEAST_SHARE * step.offered or step.plan_p95 is None:
        return False
    return first.plan_p95 is None or step.plan_p95 <= MOST_TIMES * first.plan_p95


def knee(steps: Sequence[Step]) -> Step | None:
    """Give the last step before the first that is not served; None where that is the first."""
    found: Step | None = None
    for step in steps:
        if not holds(step, steps[0]):
            break
        found = step
    return found
