"""What the happenings of one plan changed, and so which step undid a literal.

Only asked where a plan has a flaw.
"""

from collections.abc import Iterable, Sequence

from planners.condition import Cause, Condition
from planners.execution.causes import literals_in, producers
from planners.execution.ground import Effects
from planners.execution.prepared import PreparedTask
from planners.execution.state import Update
from planners.plan import Step


class History:
    """Remembers what changed in the course of a plan.

    Args:
        prepared: The task.
        steps: The steps of the plan.
    """

    def __init__(self, prepared: PreparedTask, steps: Sequence[Step]) -> None:
        self._prepared = prepared
        self._steps = steps
        self._updates: list[tuple[int | None, Update | Effects]] = []

    def add(self, index: int | None, update: Update | Effects) -> None:
        """Remember what a step changed, or with None what the task stated for a time.

        Args:
            index: Index of the step, or None.
            update: What changed; effects only if none is under a condition.
        """
        self._updates.append((index, update))

    def causes(self, unmet: Iterable[Condition]) -> tuple[Cause, ...]:
        """Say why literals do not hold now.

        Args:
            unmet: What does not hold; literals of the nearest option count, too.

        Returns:
            The cause of each literal, in their order. What the task undid itself was undone
            by no step, and so was what follows by axioms.
        """
        literals = tuple(dict.fromkeys(literals_in(unmet)))
        watched = {(each.predicate, *each.arguments): each for each in literals}
        start = self._prepared.world.start
        truth = {atom: atom in start for atom in watched}
        undone: dict[object, int | None] = {}
        for index, update in self._updates:
            for atom in watched.keys() & (update.deletes | update.adds):
                holds = atom in update.adds
                if truth[atom] is not holds:
                    truth[atom] = holds
                    if watched[atom].positive is not holds:
                        undone[watched[atom]] = index
        return tuple(
            Cause(
                literal=literal,
                undone_by=undone.get(literal),
                step=None if (index := undone.get(literal)) is None else self._steps[index],
                producers=producers(self._prepared.world, literal),
            )
            for literal in literals
        )
