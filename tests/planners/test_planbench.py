"""The verifier against the verdicts recorded with PlanBench's responses and transcripts.

The recorded check stops at the first step that fails, whatever is wrong with it; so it is
compared with the flaw of the smallest index, not with the first that is reported.
"""

from collections import defaultdict
from functools import cache, partial
from itertools import chain
from pathlib import Path

import pytest

from app.evaluation.planbench import RecordedPlan, response_plans, task_of, transcript_plans
from planners import (
    Plan,
    Task,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    WrongArguments,
    WrongType,
    verify,
)

# The recorded check has no words of its own for unknown objects and wrong types.
CHECKER = {
    UnsatisfiedPrecondition: "precondition",
    UnknownObject: "precondition",
    WrongType: "precondition",
    UnknownAction: "unknown_action",
    WrongArguments: "arity",
    UnsatisfiedGoal: "goal",
}
PER_STRATUM = 14


@pytest.fixture(scope="module")
def planbench(shared_data: Path) -> Path:
    return shared_data / "planbench"


@pytest.fixture(scope="module")
def recorded(planbench: Path) -> list[RecordedPlan]:
    return [*response_plans(planbench), *transcript_plans(planbench)]


def group_of(each: RecordedPlan) -> str:
    return f"{each.set} {each.prompt if each.round is None else 'rounds'}"


def stratified(recorded: list[RecordedPlan]) -> list[RecordedPlan]:
    """Take some of each group and verdict, spread evenly over the instances."""
    strata: dict[tuple[str, str], list[RecordedPlan]] = defaultdict(list)
    for each in recorded:
        strata[group_of(each), each.checker].append(each)
    spread = (
        every[:: max(1, len(every) // PER_STRATUM)][:PER_STRATUM] for every in strata.values()
    )
    return list(chain.from_iterable(spread))


def disagreements(
    planbench: Path, recorded: list[RecordedPlan]
) -> list[tuple[RecordedPlan, object]]:
    task = cache(partial(task_of, planbench))
    found = ((each, judged(task(each.instance_set, each.instance), each.plan)) for each in recorded)
    return [(each, verdict) for each, verdict in found if verdict != expected(each)]


def judged(task: Task, plan: Plan) -> tuple[str, int | None]:
    verdict = verify(task, plan)
    if isinstance(verdict, Valid):
        return "valid", None
    first = min((verdict.flaw, *verdict.also), key=lambda flaw: flaw.index)
    kind = CHECKER[type(first)]
    return kind, None if kind == "goal" else first.index


def expected(each: RecordedPlan) -> tuple[str, int | None]:
    # An empty plan fails at the goal; the record says that there is none.
    return ("goal" if each.checker == "no_plan" else each.checker), each.failing_step


def test_a_sample_of_recorded_plans_gets_the_recorded_verdict_and_failing_step(planbench, recorded):
    sample = stratified(recorded)
    assert len(sample) > 900
    assert disagreements(planbench, sample) == []


@pytest.mark.sweep
def test_every_recorded_plan_gets_the_recorded_verdict_and_failing_step(planbench, recorded):
    assert len(recorded) == 17_100 + 1_606
    assert disagreements(planbench, recorded) == []
