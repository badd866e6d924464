"""The corpus of the fuzzer, judged each time, and a short run of the fuzzer itself."""

import pytest

from planners import Task, Valid, read_plan, verify
from tests.fuzzing.cases import kept_cases, read_case
from tests.fuzzing.run import fuzz
from tests.fuzzing.target import run

SEEDS = ("classical", "numbers", "objects", "temporal", "together", "wishes")


@pytest.mark.parametrize("path", kept_cases(), ids=lambda path: path.stem)
def test_a_case_of_the_corpus_has_no_defect(path):
    run(read_case(path.read_bytes().decode("utf-8", errors="surrogatepass")))


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_valid_plans_so_that_mutations_get_far(name):
    path = next(path for path in kept_cases() if path.stem == name)
    case = read_case(path.read_text(encoding="utf-8"))
    task = Task(domain=case.domain, problem=case.problem)
    assert isinstance(verify(task, read_plan(case.plan)), Valid)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(2))
def test_twenty_seconds_of_fuzzing_find_no_defect(seed, tmp_path):
    report = fuzz(20, seed, tmp_path)
    assert report.defects == {}
    assert report.cases > 100
    assert len(report.outcomes) > 50
