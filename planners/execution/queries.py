"""Conjunctions made into queries, which find what holds of rows of objects at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from planners.execution.conjunctions import Conjunction
from planners.execution.estimates import Estimates
from planners.execution.joins import Operation, Picked, Row, run
from planners.execution.relations import Ground, Relations
from planners.execution.rules import Fact, Part, Rule, size
from planners.execution.state import GroundAtom


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A conjunction ready to be run.

    Attributes:
        operations: What is done with the rows.
        head: What is made of each row that is left.
        size: Of how many parts it was made.
        effort: What it takes to order them. Charged once in each plan.
    """

    operations: tuple[Operation, ...]
    head: Picked
    size: int
    effort: int

    def run(self, rows: Iterable[Row], relations: Relations) -> set[GroundAtom]:
        """Find the ground atoms for which the conjunction holds.

        Args:
            rows: What the variables that the query begins with stand for.
            relations: The atoms.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        if self not in relations.asked:
            relations.asked.add(self)
            relations.meter.spend(self.effort)
        relations.meter.spend(self.size)
        constants, pick = self.head
        found: set[GroundAtom] = set()
        for made in run(self.operations, list(rows), relations):
            before = len(found)
            found.update([pick(constants + row) for row in made])
            relations.meter.spend(len(found) - before)
        return found


class QueryCompiler:
    """Makes queries, by what is known of the task before any plan.

    Args:
        ground: The atoms that never change.
        rules: All rules.
    """

    def __init__(self, ground: Ground, rules: Iterable[Rule]) -> None:
        self.ground = ground
        self.world = ground.world
        self.estimates = Estimates(ground, rules)

    def compile(self, parts: tuple[Part, ...], start: tuple[str, ...], head: Fact) -> Query:
        """Make a query.

        Args:
            parts: What has to hold.
            start: The variables that are known at the beginning.
            head: What to make of each solution.
        """
        places = {name: place for place, name in enumerate(start)}
        conjunction = Conjunction(self.estimates, parts, places, 0, head.free)
        operations = tuple(conjunction.operations())
        return Query(operations, conjunction.picked(head), *size(parts))
