"""How good a plan has to be, and which of two is better."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from planners.pddl import read_task
from planners.task import Task
from planners.verdict import Valid


class Goal(StrEnum):
    """When a session may end."""

    ANY = "any"
    BEST = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """No plan costs less, as an optimal planner has proven; its word is taken for it.

    Attributes:
        cost: In the unit of the task's metric; without one, in steps.
        engine: The planner and its version.
    """

    cost: Fraction
    engine: str


def better(task: Task, one: Valid, other: Valid | None) -> bool:
    """Say whether one valid plan is better than another, or than none.

    A plan whose metric has no value is worse than any that has one.

    Args:
        task: What both solve.
        one: Proof of the one.
        other: Proof of the other, or None where there is none yet.
    """
    if other is None:
        return True
    if one.cost is None or other.cost is None:
        return one.cost is not None
    metric = read_task(task).metric
    if metric is not None and metric.maximize:
        return one.cost > other.cost
    return one.cost < other.cost


def meets(task: Task, proof: Valid, bound: Bound | None) -> bool:
    """Say whether no plan can be better."""
    if bound is None or proof.cost is None:
        return False
    metric = read_task(task).metric
    # Optimal planners minimise; what is to be maximised has no bound of theirs.
    return (metric is None or not metric.maximize) and proof.cost <= bound.cost
