"""Reports in Markdown, made of summaries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from app.evaluation.statistics import Estimate
from app.evaluation.summaries import Summary
from app.evaluation.ways import OPTIMAL

Columns: TypeAlias = Mapping[str, Callable[[Summary], str]]
ABSENT = "-"


def seeding_report(summaries: Sequence[Summary]) -> str:
    """Write the tables of the seeding experiment."""
    parts: list[str] = []
    for title, flawed in (("Flawed plans", True), ("Correct plans", False)):
        chosen = [each for each in summaries if each["flawed"] is flawed]
        if chosen:
            pairs = [
                pair | {"set": each["set"], "condition": each["condition"]}
                for each in chosen
                for pair in each["against"]
            ]
            parts += [f"## {title}: the search", markdown(SEARCH, chosen)]
            parts += [f"## {title}: seeds compared, task by task", markdown(PAIRS, pairs)]
            parts += [f"## {title}: the plans found", markdown(PLANS, chosen)]
    return "\n\n".join(parts) + "\n"


def ways_report(summaries: Sequence[Summary]) -> str:
    """Write the table of the comparison of ways."""
    return f"## Ways of repair\n\n{markdown(WAYS, summaries)}\n"


def markdown(columns: Columns, summaries: Iterable[Summary]) -> str:
    """Write a table, without a newline at its end."""
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[cell(each) for cell in columns.values()] for each in summaries]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def shown(estimate: Estimate | None, *, digits: int = 1, times: float = 1.0) -> str:
    """Write an estimate with its interval, such as `7.0 [6.2, 8.1]`.

    Args:
        estimate: What to write; None where there is none.
        digits: Behind the decimal point.
        times: Unit: 100 for percent, 1000 for milliseconds.
    """
    if estimate is None:
        return ABSENT
    numbers = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{each * times:.{digits}f}" for each in numbers)
    return f"{value} [{low}, {high}]"


def _cell(
    measure: str, statistic: str, *, digits: int = 1, times: float = 1.0
) -> Callable[[Summary], str]:
    return lambda each: shown(each["measures"][measure][statistic], digits=digits, times=times)


def _own(cell: Callable[[Summary], str]) -> Callable[[Summary], str]:
    """Leave a cell empty for the optimal planner, which was given no plan."""
    return lambda each: ABSENT if each["way"] == OPTIMAL else cell(each)


SEARCH: Columns = {
    "set": lambda each: each["set"],
    "tasks": lambda each: str(each["tasks"]),
    "seed": lambda each: each["condition"],
    "search steps, median": _cell("flips", "median"),
    "search steps, mean": _cell("flips", "mean"),
    "ms, median": _cell("seconds", "median", digits=0, times=1000),
    "ms, mean": _cell("seconds", "mean", digits=0, times=1000),
    "solved": lambda each: f"{each['solved']} of {each['runs']}",
}
PAIRS: Columns = {
    "set": lambda each: each["set"],
    "seed": lambda each: f"{each['condition']} - {each['other']}",
    "tasks": lambda each: str(each["flips"]["tasks"]),
    "search steps, median": lambda each: shown(each["flips"]["median"]),
    "search steps, mean": lambda each: shown(each["flips"]["mean"]),
    "fewer / equal / more": lambda each: " / ".join(
        str(each["flips"][word]) for word in ("fewer", "equal", "more")
    ),
    "ms, median": lambda each: shown(each["seconds"]["median"], digits=0, times=1000),
}
PLANS: Columns = {
    "set": lambda each: each["set"],
    "seed": lambda each: each["condition"],
    "steps given": lambda each: f"{each['given']:.1f}",
    "of them dropped": lambda each: f"{each['dropped']:.1f}",
    "length, median": _cell("length", "median"),
    "distance, median": _cell("distance", "median"),
    "kept %, mean": _cell("kept", "mean", digits=0, times=100),
}
WAYS: Columns = {
    "set": lambda each: each["set"],
    "way": lambda each: each["way"],
    "solved": lambda each: f"{each['solved']} of {each['repairs']}",
    "otherwise": lambda each: str(each["otherwise"]),
    "seconds, median": _cell("seconds", "median", digits=2),
    "length / shortest, mean": _cell("ratio", "mean", digits=2),
    "distance, mean": _own(_cell("distance", "mean")),
    "kept %, mean": _own(_cell("kept", "mean", digits=0, times=100)),
    "solved by": lambda each: ", ".join(
        f"{name}: {count}" for name, count in each["engines"].items()
    ),
}
