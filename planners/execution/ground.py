"""Ground conditions, effects and steps: what is left of a schema when objects are put in.

What no step ever changes was settled when they were made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from planners.execution.changes import NumericChange, new_numbers
from planners.execution.numbers import Fault, GroundComparison
from planners.execution.state import NO_ATOMS, GroundAtom, State, Update

Atoms: TypeAlias = frozenset[GroundAtom]


@dataclass(frozen=True, slots=True)
class DerivedLiteral:
    """A derived atom that has to hold, or must not."""

    atom: GroundAtom
    positive: bool

    def holds(self, state: State) -> bool:
        """Say whether it holds.

        Raises:
            BoundReached: if atoms have to be derived and the state's meter is exhausted.
        """
        return (self.atom in state.derived) is self.positive

    def reads(self) -> Iterable[GroundAtom]:
        """Name the atom."""
        return (self.atom,)

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return 2


Test: TypeAlias = GroundComparison | DerivedLiteral


@dataclass(frozen=True, slots=True)
class Condition:
    """A conjunction.

    Attributes:
        needs: Atoms that have to hold.
        bans: Atoms that must not hold.
        choices: Of each, one option has to hold.
        tests: What else has to hold, of derived atoms and of numbers.
    """

    needs: Atoms = NO_ATOMS
    bans: Atoms = NO_ATOMS
    choices: "tuple[tuple[Condition, ...], ...]" = ()
    tests: tuple[Test, ...] = ()

    def holds(self, state: State) -> bool:
        """Say whether it holds in a state.

        Raises:
            BoundReached: if atoms have to be derived and the state's meter is exhausted.
        """
        atoms = state.atoms
        if not self.needs <= atoms or (self.bans and not self.bans.isdisjoint(atoms)):
            return False
        for test in self.tests:
            if not test.holds(state):
                return False
        return not self.choices or all(
            any(option.holds(state) for option in options) for options in self.choices
        )

    def reads(self) -> set[GroundAtom]:
        """Name the atoms and numbers that it depends on; derived atoms as such."""
        found = {*self.needs, *self.bans}
        for test in self.tests:
            found.update(test.reads())
        for options in self.choices:
            for option in options:
                found |= option.reads()
        return found

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        inner = sum(option.weight for options in self.choices for option in options)
        tests = sum(test.weight for test in self.tests) if self.tests else 0
        return 3 + len(self.needs) + len(self.bans) + tests + inner


@dataclass(frozen=True, slots=True)
class Effects:
    """What a step changes. All conditions and amounts are read in the state before it.

    Attributes:
        adds: Atoms that hold afterwards, whatever is deleted.
        deletes: Atoms that do not hold afterwards unless they are added.
        changes: Of numbers.
        whens: Further effects, each under its condition.
    """

    adds: Atoms = NO_ATOMS
    deletes: Atoms = NO_ATOMS
    changes: tuple[NumericChange, ...] = ()
    whens: "tuple[tuple[Condition, Effects], ...]" = ()

    def in_state(self, state: State) -> Update | Fault:
        """Return what changes in a state, or why nothing can.

        Raises:
            BoundReached: if a number grows too big, or deriving atoms takes too much.
        """
        adds, deletes, changes = self.adds, self.deletes, self.changes
        if self.whens:
            taking = list(self.taking_place(state))
            adds = frozenset().union(*(effects.adds for effects in taking))
            deletes = frozenset().union(*(effects.deletes for effects in taking))
            changes = tuple(change for effects in taking for change in effects.changes)
        if not changes:
            return Update(adds, deletes)
        numbers = new_numbers(changes, state.values)
        return numbers if isinstance(numbers, Fault) else Update(adds, deletes, numbers)

    def taking_place(self, state: State) -> "Iterator[Effects]":
        """Run through those of these effects that take place in a state.

        Raises:
            BoundReached: if atoms have to be derived and the state's meter is exhausted.
        """
        front = [self]
        while front:
            effects = front.pop()
            yield effects
            # Turned round, so that effects come in the order in which they were written.
            front.extend(inner for when, inner in reversed(effects.whens) if when.holds(state))

    def reads(self) -> set[GroundAtom]:
        """Name the atoms and numbers that conditions and amounts depend on."""
        found = {term for change in self.changes for term in change.amount.reads()}
        for when, effects in self.whens:
            found |= when.reads() | effects.reads()
        return found

    def parts(self) -> "Iterator[Effects]":
        """Run through these effects and all those under conditions."""
        yield self
        for _, effects in self.whens:
            yield from effects.parts()

    @property
    def weight(self) -> int:
        """How much memory they take, in hundreds of bytes, roughly."""
        inner = sum(when.weight + effects.weight for when, effects in self.whens)
        numbers = sum(change.weight for change in self.changes)
        return 3 + len(self.adds) + len(self.deletes) + numbers + inner


def together(several: "tuple[Effects, ...]") -> Effects:
    """Join effects that take place at one instant."""
    return Effects(
        frozenset().union(*(effects.adds for effects in several)),
        frozenset().union(*(effects.deletes for effects in several)),
        tuple(change for effects in several for change in effects.changes),
        tuple(when for effects in several for when in effects.whens),
    )


# Needs; bans; numbers that rise, with by how much; and the condition and the effects as a whole
# where these, deletes and adds are not all there is to a step, and then all of them are empty.
Rest: TypeAlias = tuple[
    Atoms,
    Atoms,
    tuple[tuple[GroundAtom, int], ...],
    tuple[Condition | None, Effects] | None,
]
# Needs, deletes and adds, which is all there is to most steps, and None. In others the needs are
# such as no state meets, so that whether there is a rest is asked only where needs are not met.
Swift: TypeAlias = tuple[Atoms, Atoms, Atoms, Rest | None]
_NEVER: Atoms = frozenset({()})


@dataclass(frozen=True, slots=True)
class GroundStep:
    """An action schema with objects put in, or one part of it.

    Attributes:
        condition: The precondition, or None where no state can meet it.
        effects: What the step changes.
        size: How many ground parts it was made of, as counted by `Meter`.
        swift: The same once more, arranged for executing it fast.
    """

    condition: Condition | None
    effects: Effects
    size: int
    swift: Swift = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "swift", _swift(self.condition, self.effects))

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return (self.condition.weight if self.condition else 0) + self.effects.weight + 3


def _swift(condition: Condition | None, effects: Effects) -> Swift:
    gains = [(change.term, gain) for change in effects.changes if (gain := change.gain) is not None]
    if (
        condition is None
        or condition.choices
        or condition.tests
        or effects.whens
        or len(gains) < len(effects.changes)
    ):
        return _NEVER, NO_ATOMS, NO_ATOMS, (NO_ATOMS, NO_ATOMS, (), (condition, effects))
    if condition.bans or gains:
        rest = condition.needs, condition.bans, tuple(gains), None
        return _NEVER, effects.deletes, effects.adds, rest
    return condition.needs, effects.deletes, effects.adds, None


@dataclass(slots=True)
class ConditionDraft:
    """A condition in the making."""

    needs: list[GroundAtom] = field(default_factory=list)
    bans: list[GroundAtom] = field(default_factory=list)
    choices: list[tuple[Condition, ...]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it always holds."""
        return not (self.needs or self.bans or self.choices or self.tests)

    def join(self, condition: Condition) -> None:
        """Ask for one more condition."""
        self.needs.extend(condition.needs)
        self.bans.extend(condition.bans)
        self.choices.extend(condition.choices)
        self.tests.extend(condition.tests)

    def frozen(self) -> Condition:
        """Return it as a value."""
        return Condition(
            frozenset(self.needs), frozenset(self.bans), tuple(self.choices), tuple(self.tests)
        )


@dataclass(slots=True)
class EffectsDraft:
    """Effects in the making."""

    adds: list[GroundAtom] = field(default_factory=list)
    deletes: list[GroundAtom] = field(default_factory=list)
    changes: list[NumericChange] = field(default_factory=list)
    whens: list[tuple[Condition, Effects]] = field(default_factory=list)

    def frozen(self) -> Effects:
        """Return them as a value."""
        return Effects(
            frozenset(self.adds),
            frozenset(self.deletes),
            tuple(self.changes),
            tuple(self.whens),
        )
