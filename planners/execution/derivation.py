"""Derived predicates: the least fixpoint of each stratum, kept up to date from step to step.

What no chain of rules supports does not hold, so atoms that only support one another do not.
After a change only the strata that read what changed are looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planners.execution.meter import Meter
from planners.execution.queries import QueryCompiler
from planners.execution.relations import Ground, Relations
from planners.execution.rule_reader import rule_of
from planners.execution.rules import occurrences
from planners.execution.state import Difference, GroundAtom, Number
from planners.execution.strata import Atoms, Changes, Group, by_name
from planners.execution.world import World
from planners.pddl.axioms import strata
from planners.pddl.model import Axiom

# What the first state of a task may keep for the next plans: 20,000 atoms take about 8 MB.
MAX_KEPT_ATOMS = 20_000


class Derivation:
    """Finds what follows from the states of one task. Safe to share by threads.

    Nothing is made ready before atoms are first asked for.

    Args:
        world: The fixed part of the task.
        axioms: The rules, stratified.
    """

    def __init__(self, world: World, axioms: Iterable[Axiom]) -> None:
        self._world = world
        self._axioms = tuple(axioms)
        self._ready: _Ready | None = None

    def derive(self, atoms: Atoms, values: Mapping[GroundAtom, Number], meter: Meter) -> "Derived":
        """Find all derived atoms that hold.

        Args:
            atoms: The atoms that hold and can change.
            values: The numbers that can change.
            meter: Charged for what is looked at, whether it was found before or not.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        world, ready = self._world, self._ready
        made = None
        if ready is None:
            ready, made = self._make_ready(meter)
        at_first = len(atoms) == len(world.start) and atoms == world.start
        at_first = at_first and (not ready.program.functions or values == world.start_values)
        # The same is charged as where it has to be made ready.
        if made is None and (ready.first is not None or not at_first):
            meter.spend(ready.cost)
            made = ready.first.copy() if ready.first is not None and at_first else None
        if made is None or not at_first:
            made = ready.program.begin(atoms, values, meter)
        return Derived(ready.program, made)

    def _make_ready(self, meter: Meter) -> "tuple[_Ready, Relations]":
        # The first state says how many atoms there are of a kind, and so how best to join.
        before = meter.spent
        program = _Program(self._world, self._axioms)
        first = program.begin(self._world.start, self._world.start_values, meter, learning=True)
        few = sum(first.counts.values()) <= MAX_KEPT_ATOMS
        ready = _Ready(program, meter.spent - before, first.copy() if few else None)
        self._ready = ready
        return ready, first


class Derived:
    """The derived atoms of one state, which goes on from step to step."""

    __slots__ = ("_program", "_relations")

    def __init__(self, program: "_Program", relations: Relations | None) -> None:
        self._program = program
        self._relations = relations

    @property
    def atoms(self) -> Atoms:
        """Those that hold. Changed in place by `update`."""
        if self._relations is None:
            message = "these atoms were left half-way by an update that was interrupted"
            raise AssertionError(message)
        return self._relations.derived

    def update(
        self,
        atoms: Atoms,
        values: Mapping[GroundAtom, Number],
        difference: Difference,
        meter: Meter,
    ) -> None:
        """Go on to a later state.

        Args:
            atoms: The atoms that hold there and can change.
            values: The numbers that can change, as they are there.
            difference: By what that state differs from the one before.
            meter: Charged for what is looked at.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        # Interrupted half-way, nothing is left that could be taken for a state.
        relations, self._relations = self._relations, None
        if relations is None:
            relations = self._program.begin(atoms, values, meter)
        else:
            relations.values, relations.meter = values, meter
            self._program.go_on(relations, difference)
        self._relations = relations

    def copy(self) -> "Derived":
        """Return the derived atoms of a state of its own that begins as this one is."""
        relations = self._relations
        return Derived(self._program, relations.copy() if relations is not None else None)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The rules with what is known of the first state.

    Attributes:
        cost: What it took to find what follows from the first state.
        first: What follows from it; None where that is too much to be kept.
    """

    program: "_Program"
    cost: int
    first: Relations | None


class _Program:
    """The rules of a task, made ready.

    Attributes:
        functions: The functions that some rule reads.
    """

    def __init__(self, world: World, axioms: tuple[Axiom, ...]) -> None:
        rules = [rule_of(axiom) for axiom in axioms]
        read = [each for rule in rules for each in occurrences(rule.body)]
        self.functions = frozenset(each.name for each in read if each.helps is None)
        self._derived = frozenset(rule.predicate for rule in rules)
        base = frozenset(each.name for each in read if each.helps is not None) - self._derived
        self._changing = base & world.changing
        self._ground = Ground(world, base - self._changing)
        self._world = world
        compiler = QueryCompiler(self._ground, rules)
        self._estimates = compiler.estimates
        self._groups = [
            Group(frozenset(names), [rule for rule in rules if rule.predicate in names], compiler)
            for names in strata(axioms)
        ]

    def begin(
        self,
        atoms: Atoms,
        values: Mapping[GroundAtom, Number],
        meter: Meter,
        *,
        learning: bool = False,
    ) -> Relations:
        """Find all that follows from a state.

        Args:
            atoms: The atoms that hold and can change.
            values: The numbers that can change.
            meter: Charged for what is looked at.
            learning: Whether to remember how many atoms were derived.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        relations = Relations(self._ground, self._derived, self._changing)
        relations.values, relations.meter = values, meter
        relations.spend(len(atoms) + len(self._world.fixed))
        for name, found in by_name(atoms, self._changing).items():
            relations.add(name, found)
        for group in self._groups:
            group.begin(relations)
            if learning:
                self._estimates.learn(relations.derived, group.predicates)
        return relations

    def go_on(self, relations: Relations, difference: Difference) -> None:
        """Find all that follows from a later state."""
        relations.spend(len(difference.added) + len(difference.removed))
        changes = Changes(
            by_name(difference.added, self._changing),
            by_name(difference.removed, self._changing),
            by_name(difference.numbers, self.functions),
        )
        for name, found in changes.came.items():
            relations.add(name, found)
        for name, found in changes.went.items():
            relations.remove(name, found)
        for group in self._groups:
            if changes.touch(group):
                group.go_on(relations, changes)
