"""Every recorded plan of the classical tasks can be told about, in every wording."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.modulo.attempt import Ask, Attempt, Feedback
from app.prompts.task_wording import TaskWording
from planners import Invalid, PlanningError, PlanSyntaxError, Task, Valid, read_plan
from planners.pddl import read_task

Make = Callable[..., Attempt]


def records(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def readable_tasks(folder: Path) -> dict[str, Task]:
    tasks = {}
    for record in records(folder / "tasks.jsonl.gz"):
        domain, problem = ((folder / record[part]).read_text() for part in ("domain", "problem"))
        task = Task(domain=domain, problem=problem)
        try:
            read_task(task)
        except PlanningError:
            continue
        tasks[record["task"]] = task
    return tasks


@pytest.mark.sweep
def test_every_recorded_plan_is_told_about_at_every_level(
    shared_data: Path, make_attempt: Make
) -> None:
    tasks = readable_tasks(shared_data / "verifier")
    wording = TaskWording()
    told = 0
    for record in records(shared_data / "verifier" / "classical.jsonl.gz"):
        if (task := tasks.get(record["task"])) is None:
            continue
        try:
            attempt = make_attempt(task, read_plan(record["plan"]))
        except PlanSyntaxError:
            continue
        for feedback in Feedback:
            for variant in wording.variants:
                ask = replace(Ask(proposer="model"), after=1, feedback=feedback, variant=variant)
                said = wording.word(task, ask, (attempt,)).messages[-1].content
                if feedback is Feedback.NONE:
                    continue
                valid = isinstance(attempt.verdict, Valid)
                assert said.startswith("The plan is valid" if valid else "The plan does not")
                if not valid and feedback is not Feedback.BINARY:
                    assert isinstance(attempt.verdict, Invalid)
                    where = f"Step {attempt.verdict.flaw.index + 1}, "
                    assert where in said or "All its steps can be executed." in said
        told += 1
    assert told > 3_000
