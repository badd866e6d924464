"""unified-planning, as the referee hears it, on recorded plans: it shares our verdicts.

Every disagreement would be a fault of ours or of unified-planning that is not known yet.
"""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from planners import BoundReached, PlanSyntaxError, Task, read_plan, verify
from planners.errors import TaskError
from planners.opinion import Stand
from planners.pool import Limits
from planners.referee import Referee
from planners.validators import unified

# Of the plans of each kind one in so many: unified-planning takes seconds for some.
EVERY = {"classical": 40, "numeric": 3, "temporal": 3}


def lines(file: Path) -> list[dict]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


@pytest.mark.sweep
@pytest.mark.parametrize("kind", EVERY)
async def test_unified_planning_disagrees_with_no_verdict_of_ours(kind, shared_data):
    folder = shared_data / "verifier"
    tasks = {task["task"]: task for task in lines(folder / "tasks.jsonl.gz")}
    stands: Counter[Stand] = Counter()
    disputed = []
    async with Referee(
        version=unified.installed(), limits=Limits(processes=1, seconds=10)
    ) as referee:
        for place, case in enumerate(lines(folder / f"{kind}.jsonl.gz")):
            if place % EVERY[kind]:
                continue
            texts = tasks[case["task"]]
            domain, problem = (
                (folder / texts[part]).read_text(encoding="latin-1")
                for part in ("domain", "problem")
            )
            task = Task(domain=domain, problem=problem)
            try:
                plan = read_plan(case["plan"])
                verdict = verify(task, plan)
            except (PlanSyntaxError, TaskError, BoundReached):
                continue
            opinion = (await referee.judge(task, plan, verdict))[0]
            stands[opinion.stand] += 1
            if opinion.stand is Stand.DISAGREES:
                disputed.append((case["id"], case["mut"], type(verdict).__name__, opinion.reason))
    assert not disputed
    assert stands[Stand.AGREES] > 50
