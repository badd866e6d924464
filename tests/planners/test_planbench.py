"""The verifier against the verdicts recorded with PlanBench's responses and transcripts.

The recorded check stops at the first step that fails, whatever is wrong with it; so it is
compared with the flaw of the smallest index, not with the first that is reported.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from planners import (
    Task,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    WrongArguments,
    WrongType,
    read_plan,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded plan with its recorded verdict."""

    group: str
    instance_set: str
    instance: str
    plan: str
    checker: str
    step: int | None


@pytest.fixture(scope="module")
def planbench(shared_data: Path) -> Path:
    return shared_data / "planbench"


@pytest.fixture(scope="module")
def recorded(planbench: Path) -> list[Recorded]:
    return [*of_responses(planbench), *of_transcripts(planbench)]


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def of_responses(planbench: Path) -> Iterator[Recorded]:
    for row in rows(planbench / "responses.jsonl.gz"):
        if row["extracted_plan"] is not None or row["checker"] == "no_plan":
            yield one(f"{row['set']} {row['prompt']}", row, row, row["extracted_plan"] or [])


def of_transcripts(planbench: Path) -> Iterator[Recorded]:
    for row in rows(planbench / "transcripts.jsonl.gz"):
        for turn in row["rounds"]:
            if turn.get("plan") is not None:
                yield one(f"{row['set']} rounds", row, turn, turn["plan"])


def one(group: str, row: dict, judged: dict, plan: list[str]) -> Recorded:
    return Recorded(
        group=group,
        instance_set=row["instance_set"],
        instance=str(row["instance"]),
        plan="\n".join(plan),
        checker=judged["checker"],
        step=judged["failing_step"],
    )


def stratified(recorded: list[Recorded]) -> list[Recorded]:
    """Take some of each group and verdict, spread evenly over the instances."""
    strata: dict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for each in recorded:
        strata[each.group, each.checker].append(each)
    spread = (
        every[:: max(1, len(every) // PER_STRATUM)][:PER_STRATUM] for every in strata.values()
    )
    return list(chain.from_iterable(spread))


def disagreements(planbench: Path, recorded: list[Recorded]) -> list[tuple[Recorded, object]]:
    @cache
    def task(instance_set: str, instance: str) -> Task:
        folder = planbench / "instances" / instance_set
        return Task(
            domain=(folder / "domain.pddl").read_text(encoding="utf-8"),
            problem=(folder / f"{instance}.pddl").read_text(encoding="utf-8"),
        )

    found = ((each, judged(task(each.instance_set, each.instance), each.plan)) for each in recorded)
    return [(each, verdict) for each, verdict in found if verdict != expected(each)]


def judged(task: Task, plan: str) -> tuple[str, int | None]:
    verdict = verify(task, read_plan(plan))
    if isinstance(verdict, Valid):
        return "valid", None
    first = min((verdict.flaw, *verdict.also), key=lambda flaw: flaw.index)
    kind = CHECKER[type(first)]
    return kind, None if kind == "goal" else first.index


def expected(each: Recorded) -> tuple[str, int | None]:
    # An empty plan fails at the goal; the record says that there is none.
    return ("goal" if each.checker == "no_plan" else each.checker), each.step


def test_a_sample_of_recorded_plans_gets_the_recorded_verdict_and_failing_step(planbench, recorded):
    sample = stratified(recorded)
    assert len(sample) > 900
    assert disagreements(planbench, sample) == []


@pytest.mark.sweep
def test_every_recorded_plan_gets_the_recorded_verdict_and_failing_step(planbench, recorded):
    assert len(recorded) == 17_100 + 1_606
    assert disagreements(planbench, recorded) == []
