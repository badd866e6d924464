"""Reading tasks, beside unified-planning's reader on the same texts in one run.

Run with `make bench`. Ours are wall times and theirs are CPU times.
"""

import pytest

from planners import Task
from planners.pddl.cache import TaskCache
from planners.pddl.reading import read_task_anew
from tests.benchmarks.deliveries import delivery

CASES = {
    "2 KB": (delivery(20, 10, 10)[0], 0.005),
    "10 KB": (delivery(110, 60, 60)[0], 0.05),
    "41 KB": (delivery(520, 240, 200)[0], 0.1),
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
    assert ours < most_seconds
    assert seconds / ours > 10


def test_a_task_read_before_is_found_in_microseconds(benchmark):
    task = CASES["41 KB"][0]
    cache = TaskCache(read_task_anew)
    cache(task)
    benchmark(cache, Task(domain=task.domain, problem=task.problem))
    assert benchmark.stats.stats.median < 0.000_1
