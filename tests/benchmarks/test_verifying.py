"""Verifying plans, from text to verdict, beside peers on the same plans in one run.

Run with `make bench`. All are CPU times. All tasks were read before, but where a test says
otherwise; what the peers take to read a plan is not counted.
"""

import time
import warnings
from fractions import Fraction

import pytest

from planners import Invalid, Plan, Task, Valid, Verdict, read_plan, verify
from planners.execution.derivation import Derived
from planners.generators.logistics import generate
from planners.pddl import read_task
from tests.benchmarks.deliveries import delivery
from tests.benchmarks.grids import grid
from tests.benchmarks.hauls import haul
from tests.benchmarks.towers import turned_tower

pytestmark = pytest.mark.benchmark(timer=time.process_time)


def logistics(cities: int, airplanes: int, packages: int, seed: int) -> tuple[Task, str]:
    made = generate(cities=cities, places=5, airplanes=airplanes, packages=packages, seed=seed)
    return made.task, str(made.plan).strip()


# Each with how many times faster than unified-planning and than VAL it has to be at least.
CASES = {
    "blocks, 6 steps": (turned_tower(), 500, 200),
    "logistics, 100 steps": (logistics(4, 2, 9, 2), 1_000, 100),
    "deliveries, 100 steps": (delivery(40, 20, 17), 500, 80),
    "logistics, 1,600 steps, 280,000 ground actions": (logistics(10, 10, 138, 0), 500, 10),
}


@pytest.mark.parametrize("name", CASES)
def test_a_valid_plan_is_verified_far_faster_than_by_others(
    name, benchmark, unified_planning, seconds_of, val
):
    (task, text), times, times_val = CASES[name]
    verdict = benchmark(judged, task, text)
    steps = text.count("(")
    assert verdict == Valid(cost=Fraction(steps), steps=steps)
    compare(benchmark, unified_planning, seconds_of, task, text, times)
    compare_val(benchmark, val(task, text, steps), times_val)


@pytest.mark.parametrize("name", CASES)
def test_a_flawed_plan_is_explained_far_faster_than_by_others(
    name, benchmark, unified_planning, seconds_of
):
    (task, text), times, _ = CASES[name]
    steps = text.split("\n")
    half = len(steps) // 2
    flawed = "\n".join([*steps[:half], *steps[half + 1 :]])
    verdict = benchmark(judged, task, flawed)
    assert isinstance(verdict, Invalid)
    # The other stops half-way, too, and explains nothing.
    compare(benchmark, unified_planning, seconds_of, task, flawed, times / 10)


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


def test_a_numeric_plan_is_verified_far_faster_than_by_unified_planning(
    benchmark, unified_planning, seconds_of
):
    task, text = haul(5, 30, 18, temporal=False)
    assert isinstance(benchmark(judged, task, text), Valid)
    compare(benchmark, unified_planning, seconds_of, task, text, times=20)


def test_a_temporal_plan_is_verified_far_faster_than_by_unified_planning(
    benchmark, unified_planning, seconds_of
):
    task, text = haul(5, 30, 18, temporal=True)
    assert isinstance(benchmark(judged, task, text), Valid)
    compare(benchmark, unified_planning, seconds_of, task, text, times=5)


def test_derived_atoms_of_a_power_grid_are_followed_through_a_plan_in_under_half_a_second(
    benchmark, seconds_of, monkeypatch
):
    task, text = grid(10, 20, 4)
    assert isinstance(benchmark(judged, task, text), Valid)
    ours = benchmark.stats.stats.median
    assert ours < 0.5

    def anew(self, atoms, values, difference, meter) -> None:
        self._relations = self._program.begin(atoms, values, meter)

    monkeypatch.setattr(Derived, "update", anew)
    seconds = seconds_of(lambda: judged(task, text))
    note(benchmark, "all derived anew after each step", seconds)
    assert seconds / ours > 2


def judged(task: Task, text: str) -> Verdict:
    return verify(task, read_plan(text))


def compare(benchmark, unified_planning, seconds_of, task, text, times) -> None:
    validators = unified_planning.engines.plan_validator
    reader = unified_planning.io.PDDLReader()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = reader.parse_problem_string(task.domain, task.problem)
        theirs = reader.parse_plan_string(problem, text)
    timed = problem.kind.has_continuous_time()
    validator = (
        validators.TimeTriggeredPlanValidator() if timed else validators.SequentialPlanValidator()
    )
    # It does not know whether it can judge plans of a problem with a metric; it can.
    validator.skip_checks = True
    seconds = seconds_of(lambda: validator.validate(problem, theirs))
    note(benchmark, "unified-planning, task and plan read", seconds)
    assert seconds / benchmark.stats.stats.median > times


def compare_val(benchmark, peer, times) -> None:
    note(benchmark, peer.name, peer.seconds)
    assert peer.seconds / benchmark.stats.stats.median > times


def note(benchmark, peer: str, seconds: float) -> None:
    ours = benchmark.stats.stats.median
    benchmark.extra_info["plans_per_second"] = round(1 / ours)
    benchmark.extra_info[f"{peer}: seconds"] = seconds
    benchmark.extra_info[f"{peer}: times faster"] = round(seconds / ours)
