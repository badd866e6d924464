"""The ways of repair compared with the real planners, on a folder of three small tasks."""

from typing import Any

import pytest

from app.evaluation.cases import cases_of, is_flawed
from app.evaluation.journal import Journal
from app.evaluation.ways import KEY, OPTIMAL, Terms, run_ways
from planners import read_plan
from planners.engines.catalogue import engine_called
from planners.pool import Limits
from planners.repair.ways import Way
from tests.app.evaluation.recordings import SET

TERMS = Terms(limits=Limits(processes=1, seconds=20.0))


@pytest.fixture
def planners_at_hand(lpg) -> None:
    engine = engine_called("fast-downward")
    if engine.version() is None:
        pytest.skip(f"Fast Downward is not installed; get it with {engine.source}")


async def repaired(cases, file) -> list[dict[str, Any]]:
    return await run_ways(cases, Journal(file, KEY), terms=TERMS, told=lambda row: None)


async def test_each_way_makes_a_valid_plan_of_a_flawed_one(planbench, planners_at_hand, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=1))
    rows = await repaired(cases, tmp_path / "ways.jsonl")
    assert {(row["task"], row["way"]) for row in rows} == {("1", way) for way in (*Way, OPTIMAL)}
    tasks = {case.name: case.task for case in cases}
    for row in rows:
        assert row["valid"]
        assert row["notes"] == []
        assert not is_flawed(tasks[row["task"]], read_plan(row["plan"]))


async def test_no_way_finds_a_shorter_plan_than_the_optimal_planner_and_keep_is_the_closest(
    planbench, planners_at_hand, tmp_path
):
    rows = await repaired(list(cases_of([SET], data=planbench, tasks=2)), tmp_path / "ways.jsonl")
    for task in ("1", "2"):
        of = {row["way"]: row for row in rows if row["task"] == task}
        assert of[OPTIMAL]["proven"]
        assert of[OPTIMAL]["length"] == min(row["length"] for row in of.values())
        assert of[Way.KEEP]["distance"] == min(row["distance"] for row in of.values())


async def test_what_is_in_the_journal_is_not_repaired_again(planbench, planners_at_hand, tmp_path):
    cases = list(cases_of([SET], data=planbench, tasks=1))
    file = tmp_path / "ways.jsonl"
    first = await repaired(cases, file)
    text = file.read_text()
    assert await repaired(cases, file) == first
    assert file.read_text() == text
