"""Folders in the form of PlanBench's data, made of generated tasks and plans."""

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

from app.apprentice.teacher import plan_of, teach
from planners.domains import domain_text
from planners.generators.blocksworld import draw_instance
from planners.plan import Plan

MODEL = "tester"
SET = f"blocksworld/{MODEL}"


def steps_of(plan: Plan) -> list[str]:
    return [str(step) for step in plan.steps]


def response(instance: int, steps: list[str] | None, **other: Any) -> dict[str, Any]:
    """Make a record with no more than what is read of it."""
    return {
        "set": "blocksworld",
        "instance_set": "blocksworld",
        "instance": instance,
        "model": MODEL,
        "prompt": "nl",
        "shots": 1,
        "cot": False,
        "run": "",
        "extracted_plan": steps,
        "checker": "goal",
        "failing_step": None,
    } | other


def write_data(
    folder: Path, responses: list[dict[str, Any]], transcripts: list[dict[str, Any]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("responses", responses), ("transcripts", transcripts)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)


def make_planbench(folder: Path, tasks: int) -> Path:
    """Make a folder with so many tasks of four blocks.

    For each there are two answers: the first half of the teacher's plan, and all of it for
    another prompt. Of the first task the halved plan also stands in a transcript.
    """
    instances = folder / "instances" / "blocksworld"
    instances.mkdir(parents=True)
    (instances / "domain.pddl").write_text(domain_text("blocksworld"))
    responses: list[dict[str, Any]] = []
    random = Random(5)
    for number in range(1, tasks + 1):
        instance = draw_instance(4, random, full=True)
        (instances / f"{number}.pddl").write_text(instance.task().problem)
        steps = steps_of(plan_of(teach(instance)))
        responses.append(response(number, steps[: len(steps) // 2 * 2 - 2] or steps[:1]))
        responses.append(response(number, steps, shots=0, checker="valid"))
    halved = responses[0]
    rounds = [{"plan": None}, {"plan": halved["extracted_plan"], **judged(halved)}]
    write_data(folder, responses, [{**halved, "model": "teller", "rounds": rounds}])
    return folder


def judged(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("checker", "failing_step")}
