"""Plans from independent planners are valid, and their mutants judged as naively."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import Plan, Task, Valid, verify
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from tests.planners.agreement import assert_verdict_agrees
from tests.planners.planners_at_hand import PLANNERS
from tests.planners.random_plans import mutants

SOLVED = Path(__file__).with_name("solved")
FERRY = Path(__file__).resolve().parents[1] / "corpus" / "ferry"

# Which planner can read which task. LPG's plans of the first and the last are parallel.
PAIRS = [
    *((planner, f"blocks-{seed}") for planner in PLANNERS for seed in (1, 2, 3)),
    *((planner, "ferry") for planner in ("pyperplan", "fast-downward")),
    *(("fast-downward", name) for name in ("harbour", "network")),
    *(("lpg", name) for name in ("tanker", "workshop")),
]


def task_called(name: str) -> Task:
    if name.startswith("blocks"):
        return generate(5, int(name[-1]))
    folder = FERRY if name == "ferry" else SOLVED / name
    return Task(
        domain=(folder / "domain.pddl").read_text(encoding="utf-8"),
        problem=(folder / "problem.pddl").read_text(encoding="utf-8"),
    )


@cache
def solved(planner: str, name: str) -> tuple[Task, Plan]:
    task = task_called(name)
    with TemporaryDirectory() as folder:
        return task, PLANNERS[planner](task, Path(folder))


@pytest.mark.parametrize(("planner", "name"), PAIRS)
def test_a_plan_from_a_planner_is_valid(planner, name):
    task, plan = solved(planner, name)
    assert plan.steps
    verdict = verify(task, plan)
    assert isinstance(verdict, Valid)
    assert_verdict_agrees(read_task(task), plan, verdict)


@pytest.mark.parametrize(("planner", "name"), PAIRS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutants_of_a_planners_plan_get_the_verdict_of_the_naive_interpreter(planner, name, data):
    task, plan = solved(planner, name)
    model = read_task(task)
    mutant = data.draw(mutants(model, plan))
    assert_verdict_agrees(model, mutant, verify(task, mutant))
