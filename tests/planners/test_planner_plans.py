"""Plans from independent planners are valid, and their mutants judged as naively."""

import asyncio
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import Plan, Task, Valid, verify
from planners.engines.catalogue import engine_called
from planners.engines.engine import Order, PlanFound
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.pool import Limits
from tests.planners.agreement import assert_verdict_agrees
from tests.planners.random_plans import mutants

SOLVED = Path(__file__).with_name("solved")
FERRY = Path(__file__).resolve().parents[1] / "corpus" / "ferry"

LIMITS = Limits(seconds=60.0)
PLANNERS = ("pyperplan", "fast-downward", "lpg")
# Which planner can read which task. The plans of the last have time stamps.
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
    engine, task = engine_called(planner), task_called(name)
    if engine.version() is None:
        pytest.skip(f"the planner is not installed: {planner}")
    result = asyncio.run(engine.run(Order(task=task), LIMITS)).result
    assert isinstance(result, PlanFound), result
    return task, result.plans[0]


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
