"""PlanBench as it was recorded: its tasks, and the plans that language models proposed.

The format is told in the README of the data. Plans are given as they were extracted when the
answers were recorded; `app.reading` is not asked again.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evaluation.errors import BrokenDataSet
from planners.errors import PlanSyntaxError
from planners.plan import Plan, read_plan
from planners.task import Task

RESPONSES = "responses.jsonl.gz"
TRANSCRIPTS = "transcripts.jsonl.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPlan:
    """A plan that a model proposed, with the verdict recorded for it.

    Attributes:
        set: The folder of results that it stands in.
        instance_set: The folder of its instance, with `instance`.
        instance: The name of its problem file, without the ending.
        model: Name of the model.
        prompt: `nl` or `pddl`.
        shots: Examples in the prompt.
        thoughts: Whether the prompt asked to track the state.
        run: Which of several runs; mostly empty.
        round: Which reply of a back-prompting run, counted from 1; None for single answers.
        plan: As extracted; without steps where there was none.
        checker: The independent verdict: `valid`, `precondition`, `goal`, `unknown_action`,
            `arity` or `no_plan`.
        failing_step: Of the first step that fails, counted from 0.
    """

    set: str
    instance_set: str
    instance: str
    model: str
    prompt: str
    shots: int
    thoughts: bool
    run: str
    round: int | None
    plan: Plan
    checker: str
    failing_step: int | None


def task_of(folder: Path, instance_set: str, instance: str | int) -> Task:
    """Read a task.

    Args:
        folder: Of the data.
        instance_set: Folder below `instances`.
        instance: Name of the problem file, without the ending.

    Raises:
        OSError: there is no such task.
    """
    instances = folder / "instances" / instance_set
    return Task(
        domain=(instances / "domain.pddl").read_text(encoding="utf-8"),
        problem=(instances / f"{instance}.pddl").read_text(encoding="utf-8"),
    )


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """Read the records of a file, one JSON object on each line.

    Raises:
        BrokenDataSet: a line is none.
        OSError: the file cannot be read.
    """
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise BrokenDataSet(file, f"line {number} is no JSON: {problem}") from None
            if not isinstance(row, dict):
                raise BrokenDataSet(file, f"line {number} is no JSON object")
            yield row


def response_plans(folder: Path) -> Iterator[RecordedPlan]:
    """Read the plans of single answers; answers without a recorded extraction are left out.

    Raises:
        BrokenDataSet: a record lacks something.
        OSError: the data cannot be read.
    """
    file = folder / RESPONSES
    for row in rows(file):
        if row.get("extracted_plan") is not None or row.get("checker") == "no_plan":
            yield _recorded(file, row, row, row.get("extracted_plan") or [])


def transcript_plans(folder: Path) -> Iterator[RecordedPlan]:
    """Read the plans of back-prompting runs, reply by reply. Raises as `response_plans`."""
    file = folder / TRANSCRIPTS
    for row in rows(file):
        for number, turn in enumerate(row.get("rounds", ()), start=1):
            if turn.get("plan") is not None:
                yield _recorded(file, row, turn, turn["plan"], number)


def _recorded(
    file: Path,
    row: dict[str, Any],
    judged: dict[str, Any],
    steps: list[str],
    number: int | None = None,
) -> RecordedPlan:
    try:
        return RecordedPlan(
            set=row["set"],
            instance_set=row["instance_set"],
            instance=str(row["instance"]),
            model=row["model"],
            prompt=row["prompt"],
            shots=row["shots"],
            thoughts=bool(row.get("cot", False)),
            run=row.get("run", ""),
            round=number,
            plan=read_plan("\n".join(steps)),
            checker=judged["checker"],
            failing_step=judged["failing_step"],
        )
    except KeyError as missing:
        raise BrokenDataSet(file, f"a record has no {missing}") from None
    except PlanSyntaxError as problem:
        raise BrokenDataSet(file, f"a recorded plan cannot be read: {problem}") from None
