"""What the happenings of one plan changed, and so which step undid a literal.

Only asked where a plan has a flaw.
"""

from collections.abc import Iterable, Sequence

from planners.condition import Cause, Condition
from planners.execution.causes import literals_in, producers
from planners.execution.ground import Effects
from planners.execution.prepared import PreparedTask
from planners.execution.state import GroundAtom, Update
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

    def add_all(self, effects: Iterable[Effects]) -> None:
        """Remember what the first steps of the plan changed, if nothing is remembered yet.

        Args:
            effects: Of these steps, in their order; none is under a condition.
        """
        self._updates.extend(enumerate(effects))

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
        undone: dict[GroundAtom, int | None] = {}
        atoms = frozenset(watched)
        for index, update in self._updates:
            # Most steps touch none, which is found out in no time.
            if atoms.isdisjoint(update.adds) and atoms.isdisjoint(update.deletes):
                continue
            for atom in atoms & (update.deletes | update.adds):
                holds = atom in update.adds
                if truth[atom] is not holds:
                    truth[atom] = holds
                    if watched[atom].positive is not holds:
                        undone[atom] = index
        found: list[Cause] = []
        for literal in literals:
            atom = (literal.predicate, *literal.arguments)
            # An atom and its negation may both be asked for; the last of them is watched.
            index = undone.get(atom) if watched[atom] is literal else None
            found.append(
                Cause(
                    literal=literal,
                    undone_by=index,
                    step=None if index is None else self._steps[index],
                    producers=producers(self._prepared.world, literal),
                )
            )
        return tuple(found)
