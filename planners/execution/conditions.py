"""Conditions prepared for grounding: negations pushed in, fixed facts settled first."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

from planners.execution.arithmetic import LiftedComparison, NumberCompiler
from planners.execution.ground import Condition, ConditionDraft, DerivedLiteral
from planners.execution.layout import Layout, Names, Pick, Places
from planners.execution.meter import Meter
from planners.execution.ranges import Ranges
from planners.execution.state import GroundAtom
from planners.execution.world import World
from planners.pddl.formula import (
    EQUALS,
    And,
    Atom,
    Comparison,
    Exists,
    Forall,
    Formula,
    Imply,
    Not,
    Or,
)

# Parts that an option counts for, as it is kept as a condition of its own.
OPTION = 5


@dataclass(frozen=True, slots=True)
class Known:
    """An atom over a predicate that never changes."""

    pick: Pick
    facts: AbstractSet[GroundAtom]
    positive: bool

    def holds(self, names: Names) -> bool:
        """Say whether it holds, in every state alike."""
        return (self.pick(names) in self.facts) is self.positive


@dataclass(frozen=True, slots=True)
class Same:
    """An equality of two terms."""

    left: int
    right: int
    positive: bool

    def holds(self, names: Names) -> bool:
        """Say whether it holds, in every state alike."""
        return (names[self.left] == names[self.right]) is self.positive


@dataclass(frozen=True, slots=True)
class LiftedDerived:
    """A derived atom, or its negation."""

    pick: Pick
    positive: bool

    @property
    def size(self) -> int:
        """Of how many ground parts it will be made."""
        return 1

    def ground(self, names: Names) -> DerivedLiteral:
        """Put objects in."""
        return DerivedLiteral(self.pick(names), self.positive)


@dataclass(frozen=True, slots=True)
class AllOf:
    """A conjunction.

    Attributes:
        size: Of how many ground parts it will be made, `others` apart.
    """

    known: tuple[Known | Same, ...]
    needs: tuple[Pick, ...]
    bans: tuple[Pick, ...]
    tests: tuple[LiftedComparison | LiftedDerived, ...]
    others: "tuple[ForEach | AnyOf, ...]"
    size: int

    def ground(self, names: Names, draft: ConditionDraft, meter: Meter) -> bool:
        """Put objects in. False where it holds in no state; then the draft is void."""
        meter.spend(self.size)
        for known in self.known:
            if not known.holds(names):
                return False
        draft.needs.extend([pick(names) for pick in self.needs])
        draft.bans.extend([pick(names) for pick in self.bans])
        for lifted in self.tests:
            test = lifted.ground(names)
            if not isinstance(test, bool):
                draft.tests.append(test)
            elif not test:
                return False
        return all(other.ground(names, draft, meter) for other in self.others)


@dataclass(frozen=True, slots=True)
class ForEach:
    """A body that has to hold for all objects of some types."""

    places: tuple[int, ...]
    ranges: Ranges
    body: AllOf

    def ground(self, names: Names, draft: ConditionDraft, meter: Meter) -> bool:
        """Put objects in. False where it holds in no state; then the draft is void."""
        for objects in self.ranges.instances(meter):
            for place, name in zip(self.places, objects, strict=True):
                names[place] = name
            if not self.body.ground(names, draft, meter):
                return False
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Bodies of which one has to hold, for some objects of some types each.

    A plain disjunction has many bodies and no places, an existential one body with places.
    """

    places: tuple[int, ...]
    ranges: Ranges
    bodies: tuple[AllOf, ...]

    def ground(self, names: Names, draft: ConditionDraft, meter: Meter) -> bool:
        """Put objects in. False where it holds in no state; then the draft is void."""
        options: list[Condition] = []
        for objects in self.ranges.instances(meter):
            for place, name in zip(self.places, objects, strict=True):
                names[place] = name
            meter.spend(OPTION * len(self.bodies))
            for body in self.bodies:
                option = ConditionDraft()
                if body.ground(names, option, meter):
                    if option.empty:
                        return True
                    options.append(option.frozen())
        if len(options) == 1:
            draft.join(options[0])
        elif options:
            draft.choices.append(tuple(options))
        return bool(options)


Part: TypeAlias = Known | Same | ForEach | AnyOf


@dataclass(slots=True)
class _Parts:
    """A conjunction in the making."""

    known: list[Known | Same] = field(default_factory=list)
    needs: list[Pick] = field(default_factory=list)
    bans: list[Pick] = field(default_factory=list)
    tests: list[LiftedComparison | LiftedDerived] = field(default_factory=list)
    others: list[ForEach | AnyOf] = field(default_factory=list)

    def all_of(self) -> AllOf:
        """Return it as a value."""
        size = len(self.known) + len(self.needs) + len(self.bans) + 1
        size += sum(test.size for test in self.tests)
        return AllOf(
            tuple(self.known),
            tuple(self.needs),
            tuple(self.bans),
            tuple(self.tests),
            tuple(self.others),
            size,
        )


class ConditionCompiler:
    """Prepares the conditions of one schema.

    Args:
        layout: Where the schema's names stand; it grows.
        world: What does not change.
    """

    def __init__(self, layout: Layout, world: World) -> None:
        self._layout = layout
        self._world = world
        self._numbers = NumberCompiler(layout, world)

    def compile(self, formula: Formula, scope: Places, *, positive: bool = True) -> AllOf:
        """Prepare a condition, or its negation.

        Args:
            formula: The condition.
            scope: The variables in scope with their places.
            positive: False for the negation.
        """
        parts = _Parts()
        front = [(formula, positive)]
        while front:
            part, sign = front.pop()
            match part:
                case Not(operand):
                    front.append((operand, not sign))
                case And(operands) if sign:
                    front.extend((operand, sign) for operand in reversed(operands))
                case Or(operands) if not sign:
                    front.extend((operand, sign) for operand in reversed(operands))
                case Imply(premise, conclusion) if not sign:
                    front.extend(((conclusion, False), (premise, True)))
                case Atom():
                    self._atom(part, scope, parts, positive=sign)
                case Comparison():
                    parts.tests.append(self._numbers.comparison(part, scope, positive=sign))
                case _:
                    parts.others.append(self._compound(part, scope, positive=sign))
        return parts.all_of()

    def _atom(self, atom: Atom, scope: Places, parts: "_Parts", *, positive: bool) -> None:
        predicate, terms = atom.predicate, atom.terms
        if predicate == EQUALS:
            left, right = (self._layout.place(term, scope) for term in terms)
            parts.known.append(Same(left, right, positive))
            return
        pick = self._layout.pick(predicate, terms, scope)
        if predicate in self._world.derived:
            parts.tests.append(LiftedDerived(pick, positive))
        elif predicate in self._world.changing:
            (parts.needs if positive else parts.bans).append(pick)
        else:
            parts.known.append(Known(pick, self._world.fixed, positive))

    def _compound(
        self, formula: And | Or | Imply | Forall | Exists, scope: Places, *, positive: bool
    ) -> ForEach | AnyOf:
        match formula:
            case And(operands) | Or(operands):
                bodies = tuple(self.compile(part, scope, positive=positive) for part in operands)
                return AnyOf((), Ranges(self._world, ()), bodies)
            case Imply(premise, conclusion):
                refuted = self.compile(premise, scope, positive=False)
                bodies = (refuted, self.compile(conclusion, scope))
                return AnyOf((), Ranges(self._world, ()), bodies)
        variables = tuple(parameter.name for parameter in formula.parameters)
        inner, places = self._layout.bind(variables, scope)
        ranges = Ranges(self._world, tuple(each.types for each in formula.parameters))
        body = self.compile(formula.body, inner, positive=positive)
        if isinstance(formula, Forall) is positive:
            return ForEach(places, ranges, body)
        return AnyOf(places, ranges, (body,))


def ground_formula(
    formula: Formula, binding: Mapping[str, str], world: World, meter: Meter
) -> Condition | None:
    """Make one condition ground.

    Args:
        formula: The condition.
        binding: The objects that its free variables stand for.
        world: What does not change.
        meter: Charged for what is made.

    Returns:
        The condition, or None where no state can meet it.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    layout = Layout(tuple(binding))
    made = ConditionCompiler(layout, world).compile(formula, layout.places)
    names = [*binding.values(), *layout.template[len(binding) :]]
    draft = ConditionDraft()
    return draft.frozen() if made.ground(names, draft, meter) else None
