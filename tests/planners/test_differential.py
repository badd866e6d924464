"""The verifier against plans whose truth several independent checkers settled.

See the README beside the data. Tasks with a part of PDDL that is refused are left out and
counted. Groups: `sem` plans that fit the task, `bad` plans that do not, `fmt` valid plans in
other spellings.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from planners import (
    Invalid,
    Plan,
    PlanSyntaxError,
    Task,
    TaskError,
    UndefinedValue,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    UnsupportedTask,
    Valid,
    read_plan,
    verify,
)
from planners.pddl import read_task

EVERY = 4


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> Path:
    return shared_data / "verifier"


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def readable(cases: Path, listed: str, *, every: int = 1) -> dict[str, Task]:
    """Return the tasks, or one in so many, without those that are refused by name."""
    found = {}
    for row in list(rows(cases / listed))[::every]:
        task = Task(
            domain=(cases / row["domain"]).read_text(encoding="utf-8"),
            problem=(cases / row["problem"]).read_text(encoding="utf-8"),
        )
        try:
            read_task(task)
        except UnsupportedTask:
            continue
        except TaskError:
            pass
        found[row["task"]] = task
    return found


def judged(task: Task, text: str) -> tuple[str, int | None]:
    """Say what is wrong and where, in the words of the data; steps count from 1 there."""
    try:
        verdict = verify(task, read_plan(text))
    except TaskError:
        return "bad_input", None
    except PlanSyntaxError:
        return "bad_plan", None
    match verdict:
        case Valid():
            return "valid", None
        case Invalid(flaw=UnsatisfiedGoal()):
            return "goal", None
        case Invalid(flaw=UnsatisfiedPrecondition() | UndefinedValue() as flaw):
            return "precond", flaw.index + 1
    return "bad_plan", verdict.flaw.index + 1


def assert_settled(tasks: dict[str, Task], plans: list[dict]) -> None:
    wrong = []
    for row in plans:
        gold = row["gold"]
        kind, step = judged(tasks[row["task"]], row["plan"])
        if kind != gold["cls"] or (gold.get("step") and gold["step"] != step):
            wrong.append((row["id"], kind, step, gold))
        if kind == "valid" and gold.get("value") is not None:
            verdict = verify(tasks[row["task"]], read_plan(row["plan"]))
            if verdict.cost != gold["value"]:
                wrong.append((row["id"], verdict.cost, gold))
    assert wrong == []


def settled(cases: Path, tasks: dict[str, Task]) -> list[dict]:
    return [
        row
        for row in rows(cases / "classical.jsonl.gz")
        if row["task"] in tasks and row["grp"] != "fmt"
    ]


def test_a_sample_of_settled_plans_gets_the_settled_verdict_step_and_cost(cases):
    tasks = readable(cases, "tasks.jsonl.gz", every=EVERY)
    plans = settled(cases, tasks)
    assert len(plans) > 800
    assert_settled(tasks, plans)


@pytest.mark.sweep
def test_every_settled_plan_gets_the_settled_verdict_step_and_cost(cases):
    tasks = readable(cases, "tasks.jsonl.gz")
    plans = settled(cases, tasks)
    assert len(plans) == 4_118
    assert_settled(tasks, plans)


def test_hand_written_cases_get_the_verdict_that_pddl_defines(cases):
    tasks = readable(cases, "tricky_tasks.jsonl.gz")
    plans = [
        row
        for row in rows(cases / "tricky.jsonl.gz")
        # Two steps of one time stamp are refused when the plan is read.
        if row["task"] in tasks and row["gold"]["valid"] is not None and row["mut"] != "par_mutex"
    ]
    assert len(plans) >= 30
    assert_settled(tasks, plans)


@pytest.mark.sweep
def test_spellings_are_read_strictly_and_never_to_another_plan(cases):
    tasks = readable(cases, "tasks.jsonl.gz")
    plans = [row for row in rows(cases / "classical.jsonl.gz") if row["grp"] == "fmt"]
    kinds = Counter()
    for row in plans:
        if row["task"] in tasks:
            kinds[row["mut"], judged(tasks[row["task"]], row["plan"])[0]] += 1
    read = {"comments", "cost_line", "crlf_tabs", "mixed", "numbered", "oneline", "stamps"}
    read |= {"stamps_shuffled", "upper"}
    refused = {"fence", "json", "noparen", "num_dot", "prose", "prose_after", "same_stamp"}
    refused |= {"unclosed", "wrapped"}
    assert set(kinds) == {(each, "valid") for each in read} | {
        (each, "bad_plan") for each in refused
    }


def test_two_steps_of_one_stamp_are_never_read_as_a_sequence():
    with pytest.raises(PlanSyntaxError):
        read_plan("0: (up f0 f1)\n0: (board f1 p0)\n")
    assert read_plan("") == Plan(steps=())
