"""Durative actions, read: what they need and change, and when.

Every condition and effect says its time: `at start`, `over all`, `at end`. A conditional
effect whose condition stands at another time than its effect, and effects that go on all
the time, are refused.

A preference stands around one time, below `and` and `forall` alone (PDDL3, `pref-timed-GD`).
One `over all` is violated by a step if its condition fails in any state between the step's
ends; however many those are, that counts once, as the step is executed once.
"""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from planners.errors import TaskSyntaxError
from planners.pddl.assignments import guarded
from planners.pddl.conditions import ConditionReader, quantified_variables
from planners.pddl.effects import EffectReader
from planners.pddl.expressions import ExpressionReader
from planners.pddl.formula import And, Forall, Formula, Parameter, StepDuration
from planners.pddl.lists import group_of
from planners.pddl.model import (
    AndEffect,
    DurationBound,
    DurativeSchema,
    Effect,
    ForallEffect,
    StepPreference,
    When,
)
from planners.pddl.preferences import PREFERENCE, around, preference_parts
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Variables, Vocabulary

START, ALL, END = "at start", "over all", "at end"
# The times as the rest of the model calls them.
PHASES = {START: "start", ALL: "over all", END: "end"}

_BOUNDS = ("=", "<=", ">=")
_CONTINUOUS = "#t"

Part = TypeVar("Part")


class Timed(NamedTuple, Generic[Part]):
    """A condition or effect and its time: `at start`, `over all` or `at end`."""

    time: str
    part: Part


def read_durative(
    vocabulary: Vocabulary,
    name: Word,
    parameters: tuple[Parameter, ...],
    parts: Mapping[str, Node],
) -> DurativeSchema:
    """Read a durative action.

    Args:
        vocabulary: The names that may be used.
        name: Its name.
        parameters: Its variables.
        parts: What stands behind `:duration`, `:condition` and `:effect`; each may be missing.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    vocabulary.use(":durative-actions", name.offset, "a durative action")
    reader = _DurativeReader(vocabulary)
    bound = {parameter.name: parameter.types for parameter in parameters}
    bounds: list[DurationBound] = []
    if ":duration" in parts:
        reader.bounds(parts[":duration"], bound, bounds)
    else:
        message = f"`{name.text}` says nothing of its duration: any will do"
        vocabulary.notes.warn(vocabulary.source, name.offset, message)
    conditions: list[Timed[Formula]] = []
    if ":condition" in parts:
        conditions = reader.conditions(parts[":condition"], bound)
    effects: list[Timed[Effect]] = []
    if ":effect" in parts:
        reader.refuse_continuous(parts[":effect"])
        effects = reader.effects(parts[":effect"], bound)
    start_effect, end_effect = _at_once(effects, START), _at_once(effects, END)
    at_start, at_end = _conjunction(conditions, START), _conjunction(conditions, END)
    return DurativeSchema(
        name=name.text,
        parameters=parameters,
        bounds=tuple(bounds),
        at_start=guarded(vocabulary, at_start, start_effect, name.offset),
        over_all=_conjunction(conditions, ALL),
        at_end=guarded(vocabulary, at_end, end_effect, name.offset),
        start_effect=start_effect,
        end_effect=end_effect,
        preferences=tuple(reader.wishes),
    )


class _DurativeReader:
    """Reads the parts of durative actions.

    Args:
        vocabulary: The names that may be used.

    Attributes:
        wishes: The preferences found so far.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.wishes: list[StepPreference] = []
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._conditions = ConditionReader(vocabulary, strict=False)
        self._effects = EffectReader(vocabulary, durative=True)
        words = {"?duration": StepDuration()}
        self._expressions = ExpressionReader(vocabulary, words=words)

    def bounds(
        self, node: Node, bound: Variables, into: list[DurationBound], *, at_end: bool = False
    ) -> None:
        """Read the bounds of the duration; `()` and `(and)` are none."""
        group, head = self._open(node, "a bound such as `(= ?duration 5)`")
        if head is None:
            return
        match group.items:
            case (Word(text="and"), *items):
                for item in items:
                    self.bounds(item, bound, into, at_end=at_end)
            case (Word(text="at"), Word(text="start" | "end") as when, Group() as inner):
                self.bounds(inner, bound, into, at_end=when.text == "end")
            case (Word(text=operator), Word(text="?duration"), value) if operator in _BOUNDS:
                if operator != "=":
                    self._use(":duration-inequalities", head)
                into.append(DurationBound(operator, self._expressions.read(value, bound), at_end))
            case _:
                message = (
                    "expected a bound such as `(= ?duration 5)` or `(<= ?duration (limit ?x))`,"
                    f" found {describe(group)}"
                )
                raise self._source.fault(TaskSyntaxError, head.offset, message)

    def conditions(
        self, node: Node, bound: Variables, outer: tuple[Parameter, ...] | None = ()
    ) -> list[Timed[Formula]]:
        """Read a condition into parts that each have their time; preferences are kept apart.

        Args:
            node: The condition.
            bound: The variables in scope with their types.
            outer: Variables of the quantifiers around it; None where a preference may not be.
        """
        group, head = self._open(node, "a condition such as `(at start (p))`")
        if head is None:
            return []
        if head.text == "and":
            items = group.items[1:]
            return [part for item in items for part in self.conditions(item, bound, outer)]
        if head.text == "forall":
            parameters, inner = quantified_variables(self._vocabulary, group, bound)
            self._use(":universal-preconditions", head)
            if outer is not None:
                outer = around(self._vocabulary, outer, parameters, bound)
            parts = self.conditions(group.items[2], inner, outer)
            return [Timed(part.time, Forall(parameters, part.part)) for part in parts]
        if head.text != PREFERENCE:
            return [self._condition(group, head, bound)]
        if outer is None:
            message = "`preference` stands in the condition of an effect, where it has no meaning"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        self.wishes.append(self._wish(group, head, bound, outer))
        return []

    def _condition(self, group: Group, head: Word, bound: Variables) -> Timed[Formula]:
        time, body = self._timed(group, head, (START, ALL, END), "condition")
        return Timed(time, self._conditions.read(body, bound))

    def _wish(
        self, group: Group, head: Word, bound: Variables, outer: tuple[Parameter, ...]
    ) -> StepPreference:
        name, body = preference_parts(self._vocabulary, group, head)
        inner, first = self._open(body, "a condition such as `(at start (p))`")
        wished = self._condition(inner, first or head, bound)
        return StepPreference(name, wished.part, outer, PHASES[wished.time])

    def refuse_continuous(self, node: Node) -> None:
        """Refuse effects that go on all the time, wherever they stand."""
        if isinstance(node, Group):
            for item in node.items:
                self.refuse_continuous(item)
        elif node.text == _CONTINUOUS:
            what = f"an effect that goes on all the time (`{_CONTINUOUS}`)"
            raise self._vocabulary.unsupported(node.offset, what)

    def effects(self, node: Node, bound: Variables) -> list[Timed[Effect]]:
        """Read an effect into parts that each have their time."""
        group, head = self._open(node, "an effect such as `(at end (p))`")
        if head is None:
            return []
        if head.text == "and":
            return [part for item in group.items[1:] for part in self.effects(item, bound)]
        if head.text == "forall":
            parameters, inner = quantified_variables(self._vocabulary, group, bound)
            self._use(":conditional-effects", head)
            parts = self.effects(group.items[2], inner)
            return [Timed(part.time, ForallEffect(parameters, part.part)) for part in parts]
        if head.text == "when":
            return self._when(group, head, bound)
        time, body = self._timed(group, head, (START, END), "effect")
        return [Timed(time, self._effects.read(body, bound))]

    def _when(self, group: Group, head: Word, bound: Variables) -> list[Timed[Effect]]:
        if len(group.items) != 3:
            message = f"`when` joins 2 parts, found {len(group.items) - 1}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        self._use(":conditional-effects", head)
        conditions = self.conditions(group.items[1], bound, None)
        effects = self.effects(group.items[2], bound)
        times = dict.fromkeys(each.time for each in conditions)
        for effect in effects:
            if times and times.keys() != {effect.time}:
                other = next(time for time in times if time != effect.time)
                what = f"an effect `{effect.time}` under a condition `{other}`"
                raise self._vocabulary.unsupported(head.offset, what)
        needed = _together(tuple(each.part for each in conditions))
        return [Timed(effect.time, When(needed, effect.part)) for effect in effects]

    def _timed(
        self, group: Group, head: Word, times: tuple[str, ...], what: str
    ) -> tuple[str, Node]:
        match group.items:
            case (Word(text=first), Word(text=second), body) if f"{first} {second}" in times:
                return f"{first} {second}", body
        known = " or ".join(f"`({time} …)`" for time in times)
        message = f"expected the time of this {what}, {known}, found {describe(group)}"
        raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _open(self, node: Node, what: str) -> tuple[Group, Word | None]:
        group = group_of(self._source, node, what)
        if not group.items:
            return group, None
        head = group.items[0]
        if not isinstance(head, Word):
            message = f"expected {what}, found {describe(head)}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        return group, head

    def _use(self, requirement: str, head: Word) -> None:
        self._vocabulary.use(requirement, head.offset, f"`{head.text}`")


def _conjunction(parts: list[Timed[Formula]], time: str) -> Formula:
    return _together(tuple(part.part for part in parts if part.time == time))


def _together(parts: tuple[Formula, ...]) -> Formula:
    return parts[0] if len(parts) == 1 else And(parts)


def _at_once(parts: list[Timed[Effect]], time: str) -> Effect:
    found = tuple(part.part for part in parts if part.time == time)
    return found[0] if len(found) == 1 else AndEffect(found)
