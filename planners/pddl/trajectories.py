"""`:constraints` of domain and problem: what must or should hold of all the states."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from planners.errors import TaskSyntaxError
from planners.pddl.conditions import ConditionReader, quantified_variables
from planners.pddl.expressions import number
from planners.pddl.formula import And, Forall, Formula, Parameter
from planners.pddl.lists import group_of
from planners.pddl.model import Preference, Trajectory
from planners.pddl.preferences import AT_END, PREFERENCE, around, only_in, preference_parts
from planners.pddl.sections import Section
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Variables, Vocabulary


class Shape(NamedTuple):
    """What stands behind the word that names a kind of constraint."""

    times: int
    formulas: int


SHAPES = {
    "always": Shape(0, 1),
    "sometime": Shape(0, 1),
    "at-most-once": Shape(0, 1),
    "sometime-after": Shape(0, 2),
    "sometime-before": Shape(0, 2),
    "within": Shape(1, 1),
    "always-within": Shape(1, 2),
    "hold-during": Shape(2, 1),
    "hold-after": Shape(1, 1),
}
# Of these, one that holds for a conjunction holds for its parts, and the other way round.
_DISTRIBUTE = (AT_END, "always", "hold-during", "hold-after")

Constraints = tuple[tuple[Trajectory, ...], tuple[Preference, ...]]


def read_constraints(vocabulary: Vocabulary, section: Section | None) -> Constraints:
    """Read the constraints of one text: those that must hold and those that should.

    Several without `and` around them are all meant.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    if section is None:
        return (), ()
    keyword, group = section
    vocabulary.use(":constraints", keyword.offset, "`:constraints`")
    reader = _ConstraintReader(vocabulary)
    if len(group.items) > 2:
        message = "several constraints without `and` around them: all are meant"
        vocabulary.notes.warn(vocabulary.source, keyword.offset, message)
    for node in group.items[1:]:
        reader.read(node, {}, ())
    return tuple(reader.needed), tuple(reader.preferences)


class _ConstraintReader:
    """Collects the constraints of one text.

    Args:
        vocabulary: The names that may be used.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._conditions = ConditionReader(vocabulary, strict=True)
        self.needed: list[Trajectory] = []
        self.preferences: list[Preference] = []

    def read(self, node: Node, bound: Variables, outer: tuple[Parameter, ...]) -> None:
        """Read a constraint or a preference below quantifiers with these variables."""
        group, head = self._open(node)
        if head is None:
            return
        match head.text:
            case "and":
                for item in group.items[1:]:
                    self.read(item, bound, outer)
            case "forall":
                parameters, inner = quantified_variables(self._vocabulary, group, bound)
                joined = around(self._vocabulary, outer, parameters, bound)
                self.read(group.items[2], inner, joined)
            case "preference":
                name, body = preference_parts(self._vocabulary, group, head)
                wished = self._whole(body, head, bound)
                whole = Trajectory(wished.kind, wished.formulas, wished.times, outer)
                self.preferences.append(Preference(name, whole))
            case _:
                self.needed.append(self._modal(group, head, bound, outer))

    def _whole(self, body: Node, head: Word, bound: Variables) -> Trajectory:
        """Read what a preference wishes for as one constraint without own variables."""
        parts = self._parts(body, bound, ())
        if not parts:
            return Trajectory(AT_END, (And(),))
        first = parts[0]
        if len(parts) == 1 and not first.parameters:
            return first
        same = all((part.kind, part.times) == (first.kind, first.times) for part in parts)
        if not (same and first.kind in _DISTRIBUTE):
            kinds = ", ".join(f"`{kind}`" for kind in dict.fromkeys(part.kind for part in parts))
            what = f"one preference for several constraints of the kind {kinds}"
            raise self._vocabulary.unsupported(head.offset, what)
        formulas = [_quantify(part) for part in parts]
        joined = formulas[0] if len(formulas) == 1 else And(tuple(formulas))
        return Trajectory(first.kind, (joined,), first.times)

    def _parts(
        self, node: Node, bound: Variables, outer: tuple[Parameter, ...]
    ) -> list[Trajectory]:
        group, head = self._open(node)
        if head is None:
            return []
        if head.text == "and":
            return [part for item in group.items[1:] for part in self._parts(item, bound, outer)]
        if head.text == "forall":
            parameters, inner = quantified_variables(self._vocabulary, group, bound)
            joined = around(self._vocabulary, outer, parameters, bound)
            return self._parts(group.items[2], inner, joined)
        return [self._modal(group, head, bound, outer)]

    def _modal(
        self, group: Group, head: Word, bound: Variables, outer: tuple[Parameter, ...]
    ) -> Trajectory:
        kind, parts = head.text, group.items[1:]
        match group.items:
            case (Word(text="at"), Word(text="end"), *rest):
                kind, parts, shape = AT_END, tuple(rest), Shape(0, 1)
            case _ if kind in SHAPES:
                shape = SHAPES[kind]
            case _:
                known = ", ".join(f"`{each}`" for each in ("at end", *SHAPES))
                message = f"expected a constraint ({known}), found {describe(group)}"
                raise self._source.fault(TaskSyntaxError, head.offset, message)
        if len(parts) != sum(shape):
            expected = " ".join(("TIME",) * shape.times + ("CONDITION",) * shape.formulas)
            name = "at end" if kind == AT_END else kind
            message = f"expected `({name} {expected})`, found {len(parts)} parts behind `{name}`"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        times = self._times(parts[: shape.times])
        formulas = tuple(self._formula(part, bound, head) for part in parts[shape.times :])
        return Trajectory(kind, formulas, times, outer)

    def _times(self, nodes: Iterable[Node]) -> tuple[Fraction, ...]:
        times: list[Fraction] = []
        for node in nodes:
            time = number(self._source, node)
            if time < (times[-1] if times else 0):
                least = f"no earlier than {times[-1]}" if times else "of at least 0"
                message = f"expected a time {least}, found {describe(node)}"
                raise self._vocabulary.semantic(node.offset, message)
            times.append(time)
        return tuple(times)

    def _formula(self, node: Node, bound: Variables, head: Word) -> Formula:
        inside = self._nested(node)
        if inside is not None:
            if inside.text == PREFERENCE:
                raise only_in(self._source, inside, head)
            what = f"`{inside.text}` inside `{head.text}`"
            raise self._vocabulary.unsupported(inside.offset, what)
        return self._conditions.read(node, bound)

    def _nested(self, node: Node) -> Word | None:
        vocabulary = self._vocabulary
        front = [node]
        while front:
            found = front.pop()
            if not isinstance(found, Group):
                continue
            match found.items:
                case (Word(text="at") as head, Word(text="end"), Group()) if (
                    "at" not in vocabulary.predicates or "end" not in vocabulary.objects
                ):
                    return head
                case (Word(text=text) as head, *_) if text not in vocabulary.predicates and (
                    text in SHAPES or text == PREFERENCE
                ):
                    return head
            front.extend(reversed(found.items))
        return None

    def _open(self, node: Node) -> tuple[Group, Word | None]:
        group = group_of(self._source, node, "a constraint")
        if not group.items:
            return group, None
        head = group.items[0]
        if not isinstance(head, Word):
            message = f"expected a constraint such as `(always …)`, found {describe(head)}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        return group, head


def _quantify(part: Trajectory) -> Formula:
    (formula,) = part.formulas
    return Forall(part.parameters, formula) if part.parameters else formula
