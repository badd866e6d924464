"""All that can be reached from a state where nothing is ever deleted.

It is found as what follows by rules, round by round, by the joins that derive predicates:
actions are not made ground, and what many of them share is looked up once.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.execution.queries import Query, QueryCompiler
from planners.execution.relations import Ground, Relations
from planners.execution.rules import Fact
from planners.execution.state import GroundAtom
from planners.execution.strata import by_name
from planners.execution.world import World
from planners.pddl.cache import TaskCache
from planners.relaxation.producers import relax
from planners.relaxation.supports import Source, Support, matcher

# Parts that all producers of a task may have together: half a second of work, roughly.
MAX_PRODUCED = 200_000
NOTHING: frozenset[str] = frozenset()


class Explored:
    """What can be reached from one state.

    Attributes:
        levels: Each atom of what can change, with the number of rounds of steps and axioms
            after which it can hold at the earliest; 0 for those of the state.
        relations: The same, arranged for joining.
    """

    __slots__ = ("levels", "relations")

    def __init__(self, levels: dict[GroundAtom, int], relations: Relations) -> None:
        self.levels = levels
        self.relations = relations


class Relaxation:
    """A task without deletes, made ready. Safe to share by threads.

    Args:
        world: The fixed part of the task.

    Raises:
        BoundReached: if there is more to it than `MAX_PRODUCED`.

    Attributes:
        world: The same.
        actions: When the steps of each action may be executed, by its name.
        sources: All that makes atoms hold.
        supports: The same, by the predicate of each atom that is made to hold.
        compiler: Makes queries of what has to hold.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._reached = world.changing | world.derived
        fixed = frozenset(world.task.predicates) - self._reached
        self.compiler = QueryCompiler(Ground(world, fixed), ())
        relaxed = relax(world, Meter(MAX_PRODUCED))
        self.actions = relaxed.actions
        self.sources = [Source(producer, self.compiler) for producer in relaxed.producers]
        self.supports: dict[str, list[Support]] = {}
        self._first: list[Support] = []
        self._triggers: dict[str, list[_Trigger]] = {}
        for source in self.sources:
            for add in source.producer.adds:
                # What has to hold before is not made to hold.
                if add not in source.producer.needs:
                    self._take(Support(source, add))

    def explore(self, atoms: Iterable[GroundAtom], meter: Meter) -> Explored:
        """Find all that can be reached.

        Args:
            atoms: Those of a state; atoms of what never changes are passed over. Derived ones
                that are left out count as not holding yet.
            meter: Charged for what is looked at.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        relations = self.holding(atoms, meter)
        levels = dict.fromkeys(relations.derived, 0)
        front = by_name(relations.derived, self._reached)
        found = {atom for support in self._first for atom in support.begin(relations)}
        level = 0
        while front or found:
            for name, new in front.items():
                for trigger in self._triggers.get(name, ()):
                    found |= trigger.run(new, relations)
            front = by_name(found - levels.keys(), self._reached)
            level += 1
            for name, new in front.items():
                relations.add(name, new)
                levels.update(dict.fromkeys(new, level))
            found = set()
        return Explored(levels, relations)

    def holding(self, atoms: Iterable[GroundAtom], meter: Meter) -> Relations:
        """Arrange the atoms of a state for joining; those of what never changes are there.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        relations = Relations(self.compiler.ground, self._reached, NOTHING)
        relations.values, relations.meter = self.world.start_values, meter
        for name, found in by_name(atoms, self._reached).items():
            relations.add(name, found)
        return relations

    def _take(self, support: Support) -> None:
        self.supports.setdefault(support.add.predicate, []).append(support)
        needs = support.source.producer.needs
        if not needs:
            self._first.append(support)
        for need in needs:
            self._triggers.setdefault(need.predicate, []).append(_Trigger(support, need))


class _Trigger:
    """A place where an atom is needed: from what is new there to what is made to hold."""

    def __init__(self, support: Support, need: Fact) -> None:
        self._support = support
        self._need = need
        self._start = tuple(dict.fromkeys(term for term in need.terms if term[0] == "?"))
        self._matches = matcher(need, self._start)
        self._query: Query | None = None
        add = support.add
        self._alone = (add.predicate, *add.terms) if not add.free else None

    def run(self, atoms: AbstractSet[GroundAtom], relations: Relations) -> set[GroundAtom]:
        """Find what is made to hold with some atoms in this place."""
        if self._alone is not None and self._alone in relations.derived:
            return set()
        relations.spend(len(atoms))
        rows = self._matches(atoms)
        if not rows:
            return set()
        if self._query is None:
            source, need = self._support.source, self._need
            others = tuple(part for part in source.producer.parts if part != need)
            self._query = source.compiler.compile(others, self._start, self._support.add)
        return self._query.run(rows, relations)


relaxation_of = TaskCache(lambda task: Relaxation(prepare(task).world), max_kept=32)
