"""Ground conditions, effects and steps: what is left of a schema when objects are put in.

A ground atom is a tuple of strings, predicate first. A state is a set of those that hold
and can change; what no action ever changes is settled when a step is made.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

GroundAtom: TypeAlias = tuple[str, ...]
State: TypeAlias = set[GroundAtom]

_NONE: frozenset[GroundAtom] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """A conjunction.

    Attributes:
        needs: Atoms that have to hold.
        bans: Atoms that must not hold.
        choices: Of each, one option has to hold.
    """

    needs: frozenset[GroundAtom] = _NONE
    bans: frozenset[GroundAtom] = _NONE
    choices: "tuple[tuple[Condition, ...], ...]" = ()

    def holds(self, state: AbstractSet[GroundAtom]) -> bool:
        """Say whether it holds in a state."""
        if not (self.needs <= state and self.bans.isdisjoint(state)):
            return False
        return not self.choices or all(
            any(option.holds(state) for option in options) for options in self.choices
        )

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        inner = sum(option.weight for options in self.choices for option in options)
        return 3 + len(self.needs) + len(self.bans) + inner


@dataclass(frozen=True, slots=True)
class Effects:
    """What a step changes. All conditions are read in the state before it.

    Attributes:
        adds: Atoms that hold afterwards, whatever is deleted.
        deletes: Atoms that do not hold afterwards unless they are added.
        cost: By how much the cost rises.
        undefined: The first function term needed for the cost that has no value, or None.
        whens: Further effects, each under its condition.
    """

    adds: frozenset[GroundAtom] = _NONE
    deletes: frozenset[GroundAtom] = _NONE
    cost: Fraction | int = 0
    undefined: str | None = None
    whens: "tuple[tuple[Condition, Effects], ...]" = ()

    def in_state(self, state: AbstractSet[GroundAtom]) -> "Effects":
        """Return the effects that take place in a state, none of them under a condition."""
        draft = EffectsDraft()
        front = [self]
        while front:
            effects = front.pop()
            draft.adds.extend(effects.adds)
            draft.deletes.extend(effects.deletes)
            draft.cost += effects.cost
            draft.undefined = draft.undefined or effects.undefined
            front.extend(inner for when, inner in effects.whens if when.holds(state))
        return draft.frozen()

    @property
    def weight(self) -> int:
        """How much memory they take, in hundreds of bytes, roughly."""
        inner = sum(when.weight + effects.weight for when, effects in self.whens)
        return 3 + len(self.adds) + len(self.deletes) + inner


@dataclass(frozen=True, slots=True)
class GroundStep:
    """An action schema with objects put in.

    Attributes:
        condition: The precondition, or None where no state can meet it.
        effects: What the step changes.
        size: How many ground parts it was made of, as counted by `Meter`.
        plain: Whether `needs`, `adds`, `deletes` and a cost are all there is to it.
    """

    condition: Condition | None
    effects: Effects
    size: int
    plain: bool = field(init=False)

    def __post_init__(self) -> None:
        condition, effects = self.condition, self.effects
        plain = condition is not None and not (condition.bans or condition.choices)
        plain = plain and not effects.whens and effects.undefined is None
        object.__setattr__(self, "plain", plain)

    @property
    def weight(self) -> int:
        """How much memory it takes, in hundreds of bytes, roughly."""
        return (self.condition.weight if self.condition else 0) + self.effects.weight + 3


@dataclass(slots=True)
class ConditionDraft:
    """A condition in the making."""

    needs: list[GroundAtom] = field(default_factory=list)
    bans: list[GroundAtom] = field(default_factory=list)
    choices: list[tuple[Condition, ...]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it always holds."""
        return not (self.needs or self.bans or self.choices)

    def join(self, condition: Condition) -> None:
        """Ask for one more condition."""
        self.needs.extend(condition.needs)
        self.bans.extend(condition.bans)
        self.choices.extend(condition.choices)

    def frozen(self) -> Condition:
        """Return it as a value."""
        return Condition(frozenset(self.needs), frozenset(self.bans), tuple(self.choices))


@dataclass(slots=True)
class EffectsDraft:
    """Effects in the making."""

    adds: list[GroundAtom] = field(default_factory=list)
    deletes: list[GroundAtom] = field(default_factory=list)
    cost: Fraction | int = 0
    undefined: str | None = None
    whens: list[tuple[Condition, Effects]] = field(default_factory=list)

    def frozen(self) -> Effects:
        """Return them as a value."""
        return Effects(
            frozenset(self.adds),
            frozenset(self.deletes),
            self.cost,
            self.undefined,
            tuple(self.whens),
        )
