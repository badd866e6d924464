"""Summaries and tables of runs whose numbers are known."""

from typing import Any

import pytest

from app.evaluation.report import seeding_report, shown, ways_report
from app.evaluation.statistics import Estimate
from app.evaluation.summaries import compared, seeding_summary, ways_summary


def run(task: str, condition: str, flips: int | None, **other: Any) -> dict[str, Any]:
    solved = flips is not None
    return {
        "set": "blocks/tester",
        "task": task,
        "flawed": True,
        "condition": condition,
        "seed": 0,
        "given": 4,
        "dropped": 1,
        "result": "PlanFound" if solved else "OutOfTime",
        "notes": [],
        "valid": solved,
        "flips": flips,
        "seconds": 0.1 if solved else 10.0,
        "length": 6 if solved else None,
        "distance": 2 if solved else None,
        "kept": 0.5 if solved else None,
    } | other


def of(summaries: list[dict[str, Any]], condition: str) -> dict[str, Any]:
    return next(each for each in summaries if each["condition"] == condition)


def test_runs_of_one_task_count_as_one_number_their_mean():
    rows = [run("a", "model", flips, seed=seed) for seed, flips in enumerate((1, 2, 9))]
    (summary,) = seeding_summary([*rows, run("b", "model", 20)])
    assert (summary["tasks"], summary["runs"], summary["solved"]) == (2, 4, 4)
    assert summary["measures"]["flips"]["median"].value == (4 + 20) / 2
    assert (summary["given"], summary["dropped"]) == (4, 1)


def test_conditions_are_compared_on_the_tasks_that_both_solved():
    ours = [run("a", "model", 5), run("b", "model", 7), run("c", "model", None)]
    theirs = [run("a", "empty", 10), run("b", "empty", 7), run("c", "empty", 1)]
    found = compared(ours, theirs, "flips")
    assert found["tasks"] == 2
    assert found["mean"].value == -2.5
    assert (found["fewer"], found["equal"], found["more"]) == (1, 1, 0)


def test_unsolved_runs_have_no_steps_and_are_counted():
    summary = of(seeding_summary([run("a", "model", 5), run("b", "model", None)]), "model")
    assert (summary["runs"], summary["solved"]) == (2, 1)
    assert summary["measures"]["flips"]["mean"].value == 5
    assert summary["measures"]["seconds"]["mean"].value == pytest.approx(5.05)


def test_a_plan_that_does_not_solve_its_task_is_counted_as_invalid():
    wrong = run("a", "model", None, result="PlanFound")
    (summary,) = seeding_summary([wrong])
    assert (summary["solved"], summary["invalid"]) == (0, 1)


def test_flawed_and_correct_plans_stand_in_tables_of_their_own():
    rows = [
        run(task, condition, 3, flawed=flawed)
        for task in ("a", "b")
        for condition in ("empty", "random", "model")
        for flawed in (True, False)
    ]
    report = seeding_report(seeding_summary(rows))
    assert report.count("## Flawed plans: ") == report.count("## Correct plans: ") == 3
    assert "| blocks/tester | 2 | model | 3.0 [3.0, 3.0] |" in report
    assert "| blocks/tester | model - empty | 2 | 0.0 [0.0, 0.0] |" in report


def test_lengths_are_divided_by_the_shortest_that_is_known():
    def repair(way: str, length: int | None, **other: Any) -> dict[str, Any]:
        made = run("a", "model", None, way=way, engine="tester 1")
        return made | {"valid": length is not None, "length": length} | other

    rows = [repair("optimal", 4, proven=True, condition=""), repair("repair", 6)]
    summaries = ways_summary([*rows, repair("keep", None)])
    ratios = {each["way"]: each["measures"]["ratio"]["mean"] for each in summaries}
    assert ratios["repair"].value == 1.5
    assert ratios["keep"] is None
    report = ways_report(summaries)
    assert "| blocks/tester | repair | 1 of 1 | 0 |" in report
    assert "| blocks/tester | keep | 0 of 1 | 0 |" in report


@pytest.mark.parametrize(
    ("notes", "otherwise"),
    [
        (["2 of 9 steps can never be executed: left out"], 0),
        (["planned from scratch: out of time"], 1),
        (["no closest plan was found (out of time): another may be closer"], 1),
    ],
)
def test_plans_made_otherwise_than_asked_are_counted(notes, otherwise):
    made = run("a", "model", 3, way="keep", engine="tester 1", notes=notes)
    (summary,) = ways_summary([made])
    assert summary["otherwise"] == otherwise


def test_an_estimate_is_shown_with_its_interval_in_its_unit():
    estimate = Estimate(value=0.25, low=0.2, high=0.3125, tasks=9)
    assert shown(estimate, digits=0, times=100) == "25 [20, 31]"
    assert shown(None) == "-"
