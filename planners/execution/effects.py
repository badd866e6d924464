"""Effects prepared for grounding."""

from dataclasses import dataclass

from planners.execution.arithmetic import LiftedChange, NumberCompiler
from planners.execution.conditions import AllOf, ConditionCompiler
from planners.execution.ground import ConditionDraft, EffectsDraft
from planners.execution.layout import Layout, Names, Pick, Places
from planners.execution.meter import Meter
from planners.execution.ranges import Ranges
from planners.execution.world import World
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When


@dataclass(frozen=True, slots=True)
class Changes:
    """Effects that take place together.

    Attributes:
        size: Of how many ground parts they will be made, `others` apart.
    """

    adds: tuple[Pick, ...]
    deletes: tuple[Pick, ...]
    numbers: tuple[LiftedChange, ...]
    others: "tuple[ForEachChange | Conditional, ...]"
    size: int

    def ground(self, names: Names, draft: EffectsDraft, meter: Meter) -> None:
        """Put objects in, and add what comes of it to a draft."""
        meter.spend(self.size)
        draft.adds.extend([pick(names) for pick in self.adds])
        draft.deletes.extend([pick(names) for pick in self.deletes])
        draft.changes.extend([number.ground(names) for number in self.numbers])
        for other in self.others:
            other.ground(names, draft, meter)


@dataclass(frozen=True, slots=True)
class ForEachChange:
    """Effects for all objects of some types."""

    places: tuple[int, ...]
    ranges: Ranges
    body: Changes

    def ground(self, names: Names, draft: EffectsDraft, meter: Meter) -> None:
        """Put objects in, and add what comes of it to a draft."""
        for objects in self.ranges.instances(meter):
            for place, name in zip(self.places, objects, strict=True):
                names[place] = name
            self.body.ground(names, draft, meter)


@dataclass(frozen=True, slots=True)
class Conditional:
    """Effects under a condition."""

    condition: AllOf
    body: Changes

    def ground(self, names: Names, draft: EffectsDraft, meter: Meter) -> None:
        """Put objects in, and add what comes of it to a draft."""
        condition = ConditionDraft()
        if not self.condition.ground(names, condition, meter):
            return
        if condition.empty:
            self.body.ground(names, draft, meter)
            return
        inner = EffectsDraft()
        self.body.ground(names, inner, meter)
        draft.whens.append((condition.frozen(), inner.frozen()))


class EffectCompiler:
    """Prepares the effects of one schema.

    Args:
        layout: Where the schema's names stand; it grows.
        world: What does not change.
    """

    def __init__(self, layout: Layout, world: World) -> None:
        self._layout = layout
        self._world = world
        self._conditions = ConditionCompiler(layout, world)
        self._numbers = NumberCompiler(layout, world)

    def compile(self, effect: Effect, scope: Places) -> Changes:
        """Prepare an effect.

        Args:
            effect: The effect.
            scope: The variables in scope with their places.
        """
        adds: list[Pick] = []
        deletes: list[Pick] = []
        numbers: list[LiftedChange] = []
        others: list[ForEachChange | Conditional] = []
        front = [effect]
        while front:
            match front.pop():
                case AndEffect(effects):
                    front.extend(reversed(effects))
                case AtomEffect(atom, positive):
                    pick = self._layout.pick(atom.predicate, atom.terms, scope)
                    (adds if positive else deletes).append(pick)
                case NumericEffect() as change:
                    numbers.append(self._numbers.change(change, scope))
                case ForallEffect(parameters, body):
                    variables = tuple(parameter.name for parameter in parameters)
                    inner, places = self._layout.bind(variables, scope)
                    ranges = Ranges(self._world, tuple(each.types for each in parameters))
                    others.append(ForEachChange(places, ranges, self.compile(body, inner)))
                case When(condition, body):
                    guard = self._conditions.compile(condition, scope)
                    others.append(Conditional(guard, self.compile(body, scope)))
        size = len(adds) + len(deletes) + sum(each.size for each in numbers) + 1
        return Changes(tuple(adds), tuple(deletes), tuple(numbers), tuple(others), size)
