"""Recorded flawed plans of language models come out valid, whatever the way."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from planners import Plan, Task, read_plan
from planners.repair.ways import Way
from tests.planners.repair.mending import needs, valid_plan

SETS = ("blocksworld", "mystery_blocksworld", "logistics")
PER_SET = 20


@pytest.fixture(scope="module")
def flawed(shared_data: Path) -> dict[str, list[tuple[Task, Plan]]]:
    """Flawed plans, spread evenly over those of each set."""
    folder = shared_data / "planbench"
    rows = defaultdict(list)
    with gzip.open(folder / "responses.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["checker"] not in {"valid", "no_plan"} and row["extracted_plan"]:
                rows[row["instance_set"]].append(row)
    return {
        name: [read(folder, row) for row in rows[name][:: len(rows[name]) // PER_SET][:PER_SET]]
        for name in SETS
    }


def read(folder: Path, row: dict) -> tuple[Task, Plan]:
    instances = folder / "instances" / row["instance_set"]
    task = Task(
        domain=(instances / "domain.pddl").read_text(encoding="utf-8"),
        problem=(instances / f"{row['instance']}.pddl").read_text(encoding="utf-8"),
    )
    return task, read_plan("\n".join(row["extracted_plan"]))


@pytest.mark.parametrize("way", [Way.REPAIR, Way.COMPLETE])
async def test_a_recorded_flawed_plan_comes_out_valid(flawed, way):
    needs("lpg", "fast-downward")
    for name in SETS:
        await valid_plan(way, *flawed[name][0])


@pytest.mark.sweep
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("name", SETS)
async def test_sixty_recorded_flawed_plans_come_out_valid(flawed, way, name):
    needs("lpg", "fast-downward")
    assert len(flawed[name]) == PER_SET
    for task, plan in flawed[name]:
        await valid_plan(way, task, plan)
