"""Competition tasks with plans that are known to be valid: none of them is ruled out."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from planners import BoundReached, Plan, Task, Valid, read_plan, verify
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.execution.state import GroundAtom, Update
from planners.pddl import read_task
from planners.relaxation.exploration import relaxation_of
from planners.relaxation.landmarks import landmarks
from planners.relaxation.reachability import Reachable
from planners.relaxation.relaxed_plan import relaxed_plan

KINDS = ("classical", "numeric", "temporal")


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def solved(data: Path, kind: str) -> list[tuple[str, Task, Plan]]:
    """Give each task of a kind with a plan that solves it."""
    texts = {row["task"]: row["plan"] for row in rows(data / f"{kind}.jsonl.gz") if original(row)}
    found = []
    for row in rows(data / "tasks.jsonl.gz"):
        if row["kind"] != kind or row["task"] not in texts:
            continue
        task = Task(
            domain=(data / row["domain"]).read_text(encoding="utf-8"),
            problem=(data / row["problem"]).read_text(encoding="utf-8"),
        )
        plan = read_plan(texts[row["task"]])
        if isinstance(verify(task, plan), Valid):
            found.append((row["task"], task, plan))
    return found


def original(row: dict[str, str]) -> bool:
    return row["grp"] == "sem" and row["mut"] == "orig"


def passed(task: Task, plan: Plan) -> set[GroundAtom]:
    """Give all that holds at some time behind the first step of a plan."""
    prepared = prepare(task)
    state, atoms = prepared.start(Meter()), set()
    for ground in prepared.ground(plan.steps, Meter())[0]:
        update = ground.effects.in_state(state)
        assert isinstance(update, Update)
        state.apply(update)
        atoms |= state.atoms | state.derived
    return atoms


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
def test_no_step_of_a_plan_that_is_known_is_out_of_reach(shared_data: Path, kind: str) -> None:
    cases = solved(shared_data / "verifier", kind)
    assert len(cases) > 10
    for name, task, plan in cases:
        reachable = Reachable(read_task(task))
        assert all(reachable.step(step) for step in plan.steps), name


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS[:2])
def test_plans_that_are_known_pass_every_landmark(shared_data: Path, kind: str) -> None:
    bounded = []
    for name, task, plan in solved(shared_data / "verifier", kind):
        prepared, relaxation, meter = prepare(task), relaxation_of(task), Meter()
        start = prepared.start(Meter())
        goal = prepared.goal(meter)
        explored = relaxation.explore([*start.atoms, *start.derived], meter)
        assert relaxed_plan(relaxation, explored, goal, meter) is not None, name
        try:
            found = landmarks(relaxation, explored, goal, meter)
        except BoundReached:
            bounded.append(name)
            continue
        assert found is not None
        assert set(found) <= passed(task, plan), name
    assert bounded in ([], ["openstacks-adl/05"])
