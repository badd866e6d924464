"""What can ever hold, and which steps may ever be executed: an over-approximation.

What is not in it is impossible; what is in it may be impossible all the same.
"""

from planners.execution.meter import MAX_PARTS, Meter
from planners.execution.misfits import misfit
from planners.execution.queries import Query
from planners.execution.rules import Fact
from planners.execution.state import GroundAtom
from planners.execution.world import World
from planners.pddl.model import LiftedTask
from planners.plan import Step
from planners.relaxation.exploration import Relaxation


class Reachable:
    """What can be reached from the initial state where nothing is ever deleted.

    Args:
        task: The task.
        limit: How many ground parts and rows may be looked at, as `Meter` counts them.

    Raises:
        BoundReached: if that is not enough.
    """

    def __init__(self, task: LiftedTask, *, limit: int = MAX_PARTS) -> None:
        self._meter = Meter(limit)
        self._relaxation = Relaxation(World(task))
        self._explored = self._relaxation.explore(self._relaxation.world.start, self._meter)
        self._queries: dict[str, tuple[Query, ...]] = {}

    @property
    def atoms(self) -> frozenset[GroundAtom]:
        """All atoms that may ever hold: every state that plans reach is among them."""
        return self._relaxation.world.fixed.union(self._explored.levels)

    def step(self, step: Step) -> bool:
        """Say whether a step may be executed in some state that can be reached.

        Names, arity and types have to fit the task; of what has to hold before it, what can
        only ever be added has to be reached.

        Raises:
            BoundReached: if the limit is reached; it counts all steps together.
        """
        if misfit(self._relaxation.world, 0, step) is not None:
            return False
        relations = self._explored.relations
        return any(query.run((step.arguments,), relations) for query in self._ready(step.action))

    def _ready(self, action: str) -> tuple[Query, ...]:
        found = self._queries.get(action)
        if found is None:
            applicability = self._relaxation.actions[action]
            compiled = self._relaxation.compiler.compile
            yes = Fact("", (), True)
            found = self._queries[action] = tuple(
                compiled(parts, applicability.arguments, yes) for parts in applicability.options
            )
        return found
