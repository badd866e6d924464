"""Verifying plans, beside unified-planning's validator on the same plans in one run.

Run with `make bench`. Ours are wall times and theirs are CPU times, so a busy machine speaks
against us. All tasks were read before.
"""

from fractions import Fraction

import pytest

from planners import Invalid, Plan, Task, Valid, read_plan, verify
from planners.pddl import read_task
from tests.benchmarks.deliveries import delivery

CASES = {
    "22 steps, 8 rooms": (delivery(8, 4, 4), 200),
    "100 steps, 40 rooms": (delivery(40, 20, 17), 200),
    "1642 steps, 500 rooms": (delivery(500, 300, 274), 200),
}


@pytest.mark.parametrize("name", CASES)
def test_a_valid_plan_is_verified_far_faster_than_by_unified_planning(
    name, benchmark, unified_planning, seconds_of
):
    (task, text), times = CASES[name]
    plan = read_plan(text)
    verdict = benchmark(verify, task, plan)
    assert verdict == Valid(cost=Fraction(len(plan.steps)), steps=len(plan.steps))
    report(benchmark, task, text, unified_planning, seconds_of, times)


def test_a_flawed_plan_is_verified_and_explained_in_well_under_a_millisecond(
    benchmark, unified_planning, seconds_of
):
    task, text = delivery(8, 4, 4)
    steps = text.split("\n")
    text = "\n".join([*steps[:15], steps[18], *steps[15:19]])
    verdict = benchmark(verify, task, read_plan(text))
    assert isinstance(verdict, Invalid)
    assert benchmark.stats.stats.median < 0.001
    report(benchmark, task, text, unified_planning, seconds_of, times=100)


def test_a_plan_of_a_task_just_read_is_verified_in_under_a_millisecond(benchmark):
    task, text = delivery(8, 4, 4)
    plan = read_plan(text)
    fresh = iter(range(1_000_000))

    def anew() -> tuple[tuple[Task, Plan], dict[str, object]]:
        other = Task(domain=task.domain, problem=f"{task.problem};{next(fresh)}")
        read_task(other)
        return (other, plan), {}

    benchmark.pedantic(verify, setup=anew, rounds=200)
    assert benchmark.stats.stats.median < 0.001


def report(benchmark, task, text, unified_planning, seconds_of, times) -> None:
    reader = unified_planning.io.PDDLReader()
    problem = reader.parse_problem_string(task.domain, task.problem)
    theirs = reader.parse_plan_string(problem, text)
    validator = unified_planning.engines.plan_validator.SequentialPlanValidator()
    seconds = seconds_of(lambda: validator.validate(problem, theirs))
    ours = benchmark.stats.stats.median
    benchmark.extra_info["unified_planning_seconds"] = seconds
    benchmark.extra_info["times_faster"] = seconds / ours
    benchmark.extra_info["plans_per_second"] = 1 / ours
    assert seconds / ours > times
