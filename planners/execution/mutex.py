"""Which happenings may not fall together: the rule of no moving targets.

Source: Fox and Long, "PDDL2.1: an extension to PDDL for expressing temporal planning
domains" (2003), definition 12. Two happenings interfere where one changes what the other
mentions, where one adds what the other deletes, and where both change one number unless
both only raise or lower it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from planners.execution.ground import Effects
from planners.execution.mentions import Mentioned
from planners.execution.meter import Meter
from planners.execution.numbers import term_text
from planners.execution.state import GroundAtom, State

# What a happening does with an atom (read, add, delete), a number (value, rise, set), or
# something of a predicate or function (all: reads everything of it; any: changes some).
Claim: TypeAlias = tuple[str, GroundAtom]

_AGAINST = {
    "read": ("add", "delete"),
    "add": ("read", "delete"),
    "delete": ("read", "add"),
    "value": ("rise", "set"),
    "rise": ("value", "set"),
    "set": ("value", "rise", "set"),
    "all": ("any",),
    "any": ("all",),
}
_ADDITIVE = {"increase", "decrease"}


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """Two happenings interfere.

    Attributes:
        other: The number of the earlier happening, as it was given; `TASK` for the task's.
        term: What both touch, as PDDL text.
    """

    other: int
    term: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """Who made a claim last, when, and for what."""

    time: Fraction
    number: int
    term: GroundAtom


# Instead of a number, for what the task states for a time. That may follow as it likes.
TASK = -1


class Ledger:
    """Remembers what happenings touched, and finds those that stand too close.

    Args:
        window: Happenings no further apart in time than this must not interfere.
        derived: Whether the task has derived predicates.
        meter: Charged for each claim.
    """

    def __init__(self, window: Fraction, meter: Meter, *, derived: bool) -> None:
        self._window = window
        self._derived = derived
        self._meter = meter
        # The latest of each kind alone: if that is too far back, all are.
        self._steps: dict[Claim, _Entry] = {}
        self._task: dict[Claim, _Entry] = {}

    def enter(
        self, number: int, time: Fraction, mentioned: Mentioned, effects: Effects, state: State
    ) -> Clash | None:
        """Enter a happening, and say whether it interferes with an earlier one.

        Args:
            number: What the happening is called in later clashes; `TASK` for the task's.
            time: When it takes place; never falls.
            mentioned: What its conditions and amounts mention.
            effects: What it changes.
            state: The state before it.

        Returns:
            A clash, if there is one: of several the one with the first happening.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        # Each claim with what it is made for.
        claims = dict(_reading(mentioned))
        for each in effects.taking_place(state):
            claims.update(self._changing(each))
        self._meter.spend(len(claims))
        own = self._task if number == TASK else self._steps
        others = [self._steps] if number == TASK else [self._steps, self._task]
        since = time - self._window
        clashes = [
            Clash(last.number, term_text(term if kind != "all" else last.term))
            for (kind, name), term in claims.items()
            for against in _AGAINST[kind]
            for ledger in others
            if (last := ledger.get((against, name))) is not None and last.time >= since
        ]
        own.update((claim, _Entry(time, number, term)) for claim, term in claims.items())
        return min(clashes, default=None)

    def _changing(self, effects: Effects) -> Iterable[tuple[Claim, GroundAtom]]:
        changed: list[GroundAtom] = []
        for kind, atoms in (("add", effects.adds), ("delete", effects.deletes)):
            for atom in atoms:
                changed.append(atom)
                yield (kind, atom), atom
        for change in effects.changes:
            for term in change.amount.reads():
                yield ("value", term), term
            changed.append(change.term)
            yield ("rise" if change.operator in _ADDITIVE else "set", change.term), change.term
        if self._derived:
            # Sorted, so that of several of one name the same is told each time.
            for term in sorted(changed):
                yield ("any", term[:1]), term


def _reading(mentioned: Mentioned) -> Iterable[tuple[Claim, GroundAtom]]:
    for atom in mentioned.atoms:
        yield ("read", atom), atom
    for term in mentioned.numbers:
        yield ("value", term), term
    for head in mentioned.heads:
        yield ("all", (head,)), (head,)
