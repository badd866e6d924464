"""The ways of repair compared on the same tasks and plans: solved, time, length, what is kept.

Beside them an optimal planner says how long a shortest plan is, where it finds out in time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from app.evaluation.cases import CORRECT, Case
from app.evaluation.journal import Journal, Row
from app.evaluation.running import Told, Work, carry_out
from app.evaluation.seeding import outcome
from planners.engines.catalogue import first_to_do
from planners.engines.engine import Order, PlanFound, Purpose
from planners.pool import Limits
from planners.repair.ways import Way, mend

KEY = ("set", "task", "condition", "way", "limit_seconds")
OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the ways are compared.

    Attributes:
        ways: Which.
        limits: Of one repair.
        jobs: How many repairs at once, at least 1.
    """

    ways: tuple[Way, ...] = tuple(Way)
    limits: Limits
    jobs: int = 1


async def run_ways(
    cases: Sequence[Case], journal: Journal, *, terms: Terms, told: Told
) -> list[Row]:
    """Make all repairs that are not in the journal yet.

    Args:
        cases: Of any sets.
        journal: Its rows are known by `KEY`.
        terms: Which ways, and how long.
        told: Called with each new row.

    Returns:
        The rows of all these repairs, old and new, and of the optimal planner.
    """
    work = (each for case in cases for each in _repairs(case, journal, terms))
    await carry_out(work, journal, jobs=terms.jobs, told=told)
    return [journal[key] for case in cases for key in _keys(case, terms)]


def _keys(case: Case, terms: Terms) -> list[tuple[str, str, str, str, float]]:
    """List what is to be done for a case: the optimal planner, and each start in each way."""
    pairs = [("", OPTIMAL)] + [
        (condition, str(way))
        for condition in case.starts
        for way in terms.ways
        if condition != CORRECT
    ]
    return [(case.set, case.name, *pair, terms.limits.seconds) for pair in pairs]


def _repairs(case: Case, journal: Journal, terms: Terms) -> Iterator[Work]:
    for key in _keys(case, terms):
        _, _, condition, way, _ = key
        if key in journal:
            continue
        if way == OPTIMAL:
            yield partial(_shortest, case, terms.limits)
        else:
            yield partial(_repair, case, condition, Way(way), terms.limits)


async def _shortest(case: Case, limits: Limits) -> Row:
    order = Order(task=case.task, purpose=Purpose.OPTIMAL)
    report = await first_to_do(order, limits)
    row = _named(case, "", OPTIMAL, limits) | outcome(case, report, compared=case.plan)
    proven = isinstance(report.result, PlanFound) and report.result.optimal
    return row | {"proven": proven and row["valid"]}


async def _repair(case: Case, condition: str, way: Way, limits: Limits) -> Row:
    start = case.starts[condition]
    report = await mend(way, case.task, start, limits=limits)
    return _named(case, condition, way, limits) | outcome(case, report, compared=start)


def _named(case: Case, condition: str, way: str, limits: Limits) -> Row:
    names = (case.set, case.name, condition, str(way), limits.seconds)
    return dict(zip(KEY, names, strict=True))
