"""`modulo evaluate` on a folder of three small tasks, with the real planners."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.evaluating import experiments
from planners.engines.fast_downward import FAST_DOWNWARD
from planners.engines.lpg import LPG
from tests.app.evaluation.recordings import SET, make_planbench


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for engine in (LPG, FAST_DOWNWARD):
        if engine.version() is None:
            pytest.skip(f"{engine.name} is not installed; get it with {engine.source}")
    make_planbench(tmp_path / "planbench", tasks=2)
    return tmp_path


def evaluate(folder: Path, command: str, *arguments: object) -> Result:
    where = ("--data", folder / "planbench", "--out", folder / "out")
    named = () if "--sets" in arguments else ("--sets", SET)
    return CliRunner().invoke(experiments, [*map(str, (command, *where, *named, *arguments))])


def test_seeding_prints_its_tables_and_leaves_them_beside_the_journal(folder):
    done = evaluate(folder, "seeding", "--seeds", 1)
    assert done.exit_code == 0, done.output
    assert f"| {SET} | 2 | model |" in done.stdout
    assert (folder / "out" / "seeding.md").read_text() == done.stdout
    summaries = json.loads((folder / "out" / "seeding.json").read_text())
    assert {each["condition"] for each in summaries} == {"empty", "random", "model"}
    assert all(each["solved"] == each["runs"] == 2 for each in summaries)
    assert len((folder / "out" / "seeding.jsonl").read_text().splitlines()) == 6


def test_the_same_command_again_prints_the_same_and_runs_nothing(folder):
    first = evaluate(folder, "seeding", "--seeds", 1)
    journal = (folder / "out" / "seeding.jsonl").read_text()
    again = evaluate(folder, "seeding", "--seeds", 1)
    assert again.stdout == first.stdout
    assert (folder / "out" / "seeding.jsonl").read_text() == journal


def test_correct_plans_are_seeds_of_their_own(folder):
    done = evaluate(folder, "seeding", "--seeds", 1, "--tasks", 1, "--correct")
    assert "## Correct plans: the search" in done.stdout
    assert "Flawed" not in done.stdout


def test_ways_prints_a_table_with_every_way(folder):
    done = evaluate(folder, "ways", "--tasks", 1)
    assert done.exit_code == 0, done.output
    for way in ("optimal", "plan", "repair", "complete", "keep"):
        assert f"| {SET} | {way} | 1 of 1 |" in done.stdout


@pytest.mark.parametrize("command", ["seeding", "ways"])
def test_what_cannot_be_evaluated_is_refused_with_exit_code_2(folder, command):
    for arguments in (("--sets", "larger/sokoban"), ("--data", folder), ("--tasks", 0)):
        done = evaluate(folder, command, *arguments)
        assert done.exit_code == 2
        assert done.stderr


def test_a_journal_that_is_none_is_not_written_over(folder):
    (folder / "out").mkdir()
    journal = folder / "out" / "seeding.jsonl"
    journal.write_text("my notes\n")
    done = evaluate(folder, "seeding")
    assert done.exit_code == 2
    assert "seeding.jsonl, line 1" in done.stderr
    assert journal.read_text() == "my notes\n"
