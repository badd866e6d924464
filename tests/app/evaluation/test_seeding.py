"""The seeding experiment with the real LPG, on a folder of three small tasks."""

import asyncio
import json

import pytest

from app.evaluation.cases import SETS, cases_of, is_flawed
from app.evaluation.journal import Journal
from app.evaluation.seeding import KEY, Terms, run_seeding
from planners import read_plan
from planners.pool import Limits
from tests.app.evaluation.recordings import SET

TERMS = Terms(seeds=2, limits=Limits(processes=1, seconds=10.0))


def ignored(row) -> None:
    pass


async def seeded(cases, file, lpg, terms=TERMS, told=ignored):
    journal = Journal(file, KEY)
    return await run_seeding(cases, journal, engine=lpg, terms=terms, told=told)


async def test_every_condition_is_run_with_every_seed_and_every_plan_is_valid(
    planbench, lpg, tmp_path
):
    cases = list(cases_of([SET], data=planbench, tasks=3))
    rows = await seeded(cases, tmp_path / "runs.jsonl", lpg)
    assert {(row["task"], row["condition"], row["seed"]) for row in rows} == {
        (str(task), condition, seed)
        for task in (1, 2, 3)
        for condition in ("empty", "random", "model")
        for seed in (0, 1)
    }
    tasks = {case.name: case.task for case in cases}
    for row in rows:
        assert row["valid"]
        assert not is_flawed(tasks[row["task"]], read_plan(row["plan"]))
        assert row["flips"] >= 1
        assert row["length"] == len(read_plan(row["plan"]).steps)


async def test_a_right_plan_is_taken_as_it_is(planbench, lpg, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=1, flawed=False))
    rows = await seeded(cases, tmp_path / "runs.jsonl", lpg)
    ours = [row for row in rows if row["condition"] == "model"]
    # One step of the search: it sees that nothing is to be done.
    assert [row["flips"] for row in ours] == [1, 1]
    assert [row["kept"] for row in ours] == [1, 1]


async def test_a_random_plan_is_as_long_as_what_is_left_of_the_models(planbench, lpg, tmp_path):
    (case,) = cases_of([SET], data=planbench, tasks=1)
    rows = await seeded([case], tmp_path / "runs.jsonl", lpg)
    given = {row["condition"]: row["given"] - row["dropped"] for row in rows}
    assert given["random"] == given["model"] == len(case.plan.steps)
    assert given["empty"] == 0


async def test_what_is_in_the_journal_is_not_run_again(planbench, lpg, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=2))
    file = tmp_path / "runs.jsonl"
    first = await seeded(cases[:1], file, lpg)
    new = []
    rows = await seeded(cases, file, lpg, told=new.append)
    assert {row["task"] for row in new} == {"2"}
    assert rows[: len(first)] == first
    assert len(file.read_text().splitlines()) == len(rows) == 12


async def test_several_runs_at_once_find_what_one_after_another_finds(planbench, lpg, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=1))
    one = await seeded(cases, tmp_path / "one.jsonl", lpg)
    terms = Terms(seeds=2, limits=TERMS.limits, jobs=3)
    several = await seeded(cases, tmp_path / "several.jsonl", lpg, terms)
    assert [{**row, "seconds": 0} for row in one] == [{**row, "seconds": 0} for row in several]


async def test_a_run_that_is_cancelled_leaves_a_journal_to_go_on_from(planbench, lpg, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=1))
    file = tmp_path / "runs.jsonl"
    begun = asyncio.Event()
    running = asyncio.create_task(seeded(cases, file, lpg, told=lambda row: begun.set()))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    written = [json.loads(line) for line in file.read_text().splitlines()]
    assert 1 <= len(written) < 6
    rows = await seeded(cases, file, lpg)
    assert len(rows) == 6
    assert all(row in rows for row in written)


@pytest.mark.sweep
@pytest.mark.parametrize("name", SETS)
async def test_plans_of_every_set_become_valid_ones(name, shared_data, lpg, tmp_path):
    cases = list(cases_of([name], data=shared_data / "planbench", tasks=2))
    rows = await seeded(cases, tmp_path / "runs.jsonl", lpg)
    assert len({row["task"] for row in rows}) == 2
    assert all(row["valid"] for row in rows if row["condition"] != "random")
    assert not any(row["result"] == "PlanFound" and not row["valid"] for row in rows)
