"""What else is wrong with a plan, found by leaving out the steps that are known to be wrong.

Nothing is guessed: what remains of the plan is verified, and each flaw found so says which
steps were left out for it.
"""

from dataclasses import dataclass, replace

from planners import verify
from planners.errors import BoundReached
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Invalid, PlanFlaw, StepFlaw, Valid, Verdict

MOST_STEPS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A flaw of what remains of a plan.

    Attributes:
        without: Indexes of the steps left out, in the plan as proposed; may be empty.
        flaw: What is wrong; its index counts in the plan as proposed.
    """

    without: tuple[int, ...]
    flaw: StepFlaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """All that was found, in the order in which it was.

    Attributes:
        findings: The flaws of the plan as it is come first.
        left_out: Indexes of the steps left out for the last verdict.
        end: What is true of the steps that remain, every one of which can be executed; or
            None where the search was cut short.
    """

    findings: tuple[Finding, ...]
    left_out: tuple[int, ...] = ()
    end: Verdict | None = None


def go_on(task: Task, plan: Plan, verdict: Invalid, most: int) -> Continuation:
    """Leave out flawed steps and verify the rest, until only the goal is left to judge.

    Args:
        task: The task that the verdict is about.
        plan: The plan that the verdict is about.
        verdict: Of that plan.
        most: How many times the rest is verified.
    """
    findings: list[Finding] = []
    kept = list(range(len(plan.steps)))
    left_out: tuple[int, ...] = ()
    current: Verdict = verdict
    for verified in range(most + 1):
        flaws = _step_flaws(current)
        findings += [
            Finding(without=left_out, flaw=replace(flaw, index=kept[flaw.index])) for flaw in flaws
        ]
        if not flaws:
            return Continuation(findings=tuple(findings), left_out=left_out, end=current)
        if verified == most or len(kept) > MOST_STEPS:
            break
        wrong = {flaw.index for flaw in flaws}
        left_out = tuple(sorted((*left_out, *(kept[place] for place in wrong))))
        kept = [index for place, index in enumerate(kept) if place not in wrong]
        try:
            current = verify(task, Plan(steps=tuple(plan.steps[index] for index in kept)))
        except BoundReached:
            break
    return Continuation(findings=tuple(findings), left_out=left_out)


def _step_flaws(verdict: Verdict) -> list[StepFlaw]:
    if isinstance(verdict, Valid):
        return []
    flaws = (verdict.flaw, *verdict.also)
    return [flaw for flaw in flaws if not isinstance(flaw, PlanFlaw)]
