"""Reading tasks, beside unified-planning's reader on the same texts in one run.

Run with `make bench`. All are CPU times.
"""

import time

import pytest

from planners import Task
from planners.generators.logistics import generate
from planners.pddl.cache import TaskCache
from planners.pddl.reading import read_task_anew
from tests.benchmarks.deliveries import delivery
from tests.benchmarks.grids import grid
from tests.benchmarks.hauls import haul

pytestmark = pytest.mark.benchmark(timer=time.process_time)

# Half of the tasks of the planning competitions are shorter than 7.5 KB.
TYPICAL_SECONDS = 0.005
CASES = {
    "2 KB": (delivery(20, 10, 10)[0], TYPICAL_SECONDS),
    "3 KB, planes": (generate(cities=4, places=5, airplanes=2, packages=9).task, TYPICAL_SECONDS),
    "4 KB, numeric": (haul(5, 30, 18, temporal=False)[0], TYPICAL_SECONDS),
    "4 KB, temporal": (haul(5, 30, 18, temporal=True)[0], TYPICAL_SECONDS),
    "7 KB": (delivery(80, 45, 45)[0], 2 * TYPICAL_SECONDS),
    "41 KB": (delivery(520, 240, 200)[0], 0.05),
}


@pytest.mark.parametrize("name", CASES)
def test_a_task_is_read_far_faster_than_by_unified_planning(
    name, benchmark, unified_planning, seconds_of
):
    task, most_seconds = CASES[name]
    benchmark(read_task_anew, task)
    ours = benchmark.stats.stats.median
    reader = unified_planning.io.PDDLReader()
    seconds = seconds_of(lambda: reader.parse_problem_string(task.domain, task.problem))
    benchmark.extra_info["characters"] = len(task.domain) + len(task.problem)
    benchmark.extra_info["unified_planning_seconds"] = seconds
    benchmark.extra_info["times_faster"] = seconds / ours
    # The quickest, as all others wait for memory that the machine's other work is using.
    assert benchmark.stats.stats.min < most_seconds
    assert seconds / ours > 10


def test_rules_of_derived_predicates_are_read_as_fast_as_the_rest(benchmark, seconds_of):
    task, plain = grid(6, 10, 3)[0], delivery(110, 60, 60)[0]
    benchmark(read_task_anew, task)
    # The peer, which cannot read them, is the reading of as long a task without.
    seconds = seconds_of(lambda: read_task_anew(plain))
    scaled = seconds * len(task.domain + task.problem) / len(plain.domain + plain.problem)
    benchmark.extra_info["as_long_a_task_without_rules_seconds"] = scaled
    assert benchmark.stats.stats.median < 2 * scaled


def test_a_task_read_before_is_found_in_microseconds(benchmark):
    task = CASES["41 KB"][0]
    cache = TaskCache(read_task_anew)
    cache(task)
    benchmark(cache, Task(domain=task.domain, problem=task.problem))
    assert benchmark.stats.stats.median < 0.000_1
