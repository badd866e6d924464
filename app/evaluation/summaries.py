"""What the journals say, made few numbers: medians, means and their intervals.

Runs of one task under one condition are made one number first, their mean; medians and
intervals are over tasks. A run that found no plan has no steps, length, distance or share:
how many there were of them stands beside.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from app.evaluation.journal import Row
from app.evaluation.seeding import EMPTY, RANDOM
from app.evaluation.statistics import (
    estimate,
    mean,
    mean_difference,
    median,
    median_difference,
)

Summary: TypeAlias = dict[str, Any]

# Words of the notes of `planners.repair` that tell of it.
OTHERWISE = ("planned from scratch", "another may be closer")
SEEDING_MEASURES = ("flips", "seconds", "length", "distance", "kept")
WAYS_MEASURES = ("seconds", "length", "ratio", "distance", "kept")


def by_task(rows: Iterable[Row], measure: str) -> dict[str, float]:
    """Give each task the mean of a measure over its runs that have it."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.get(measure) is not None:
            values[row["task"]].append(float(row[measure]))
    return {task: sum(each) / len(each) for task, each in values.items()}


def estimates(rows: Sequence[Row], measures: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Estimate median and mean over tasks of each measure."""
    found: dict[str, dict[str, Any]] = {}
    for measure in measures:
        values = list(by_task(rows, measure).values())
        found[measure] = {"median": estimate(median, values), "mean": estimate(mean, values)}
    return found


def compared(rows: Sequence[Row], others: Sequence[Row], measure: str) -> dict[str, Any]:
    """Compare two conditions on the tasks that have a number in both, by the paired bootstrap."""
    ours, theirs = by_task(rows, measure), by_task(others, measure)
    tasks = [task for task in ours if task in theirs]
    columns = [ours[task] for task in tasks], [theirs[task] for task in tasks]
    pairs = list(zip(*columns, strict=True))
    return {
        "tasks": len(tasks),
        "median": estimate(median_difference, *columns),
        "mean": estimate(mean_difference, *columns),
        "fewer": sum(one < other for one, other in pairs),
        "equal": sum(one == other for one, other in pairs),
        "more": sum(one > other for one, other in pairs),
    }


def seeding_summary(rows: Iterable[Row]) -> list[Summary]:
    """Summarise the seeding experiment: an entry for each set and condition.

    Conditions other than the empty and the random one are compared with these two, by
    search steps and by seconds.
    """
    groups: dict[tuple[str, bool], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row["set"], row["flawed"]][row["condition"]].append(row)
    return [
        _condition(name, condition, found, conditions, flawed=flawed)
        for (name, flawed), conditions in groups.items()
        for condition, found in conditions.items()
    ]


def _condition(
    name: str, condition: str, rows: list[Row], conditions: dict[str, list[Row]], *, flawed: bool
) -> Summary:
    against = [] if condition in {EMPTY, RANDOM} else [EMPTY, RANDOM]
    return {
        "set": name,
        "flawed": flawed,
        "condition": condition,
        "tasks": len({row["task"] for row in rows}),
        "runs": len(rows),
        "solved": sum(row["valid"] for row in rows),
        "invalid": sum(row["result"] == "PlanFound" and not row["valid"] for row in rows),
        "given": mean_of(rows, "given"),
        "dropped": mean_of(rows, "dropped"),
        "measures": estimates(rows, SEEDING_MEASURES),
        "against": [
            {
                "other": other,
                "flips": compared(rows, conditions[other], "flips"),
                "seconds": compared(rows, conditions[other], "seconds"),
            }
            for other in against
            if other in conditions
        ],
    }


def mean_of(rows: Sequence[Row], measure: str) -> float | None:
    """Give the mean over tasks of a measure that all runs have."""
    values = by_task(rows, measure).values()
    return sum(values) / len(values) if values else None


def ways_summary(rows: Iterable[Row]) -> list[Summary]:
    """Summarise the comparison of ways: an entry for each set and way.

    The length is divided by that of a shortest plan where an optimal planner has proven one,
    else by that of the shortest that any way found.
    """
    kept = list(rows)
    least = _least_lengths(kept)
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in kept:
        shortest = least.get((row["set"], row["task"]))
        ratio = row["length"] / shortest if row["length"] is not None and shortest else None
        groups[row["set"], row["way"]].append(row | {"ratio": ratio})
    return [
        {
            "set": name,
            "way": way,
            "tasks": len({row["task"] for row in found}),
            "repairs": len(found),
            "solved": sum(row["valid"] for row in found),
            "proven": sum(bool(row.get("proven")) for row in found),
            "otherwise": sum(_was_otherwise(row) for row in found),
            "engines": _counted(found),
            "measures": estimates(found, WAYS_MEASURES),
        }
        for (name, way), found in groups.items()
    ]


def _least_lengths(rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["valid"]:
            key = row["set"], row["task"]
            found[key] = min(row["length"], found.get(key, row["length"]))
    return found


def _was_otherwise(row: Row) -> bool:
    """Say whether a plan was made in another way, as the way that was asked for came to nothing."""
    return row["valid"] and any(word in note for note in row["notes"] for word in OTHERWISE)


def _counted(rows: Sequence[Row]) -> dict[str, int]:
    counted: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["valid"]:
            counted[row["engine"]] += 1
    return dict(counted)
