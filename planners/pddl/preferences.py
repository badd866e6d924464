"""Preferences among goals and preconditions: told apart from what has to hold.

A preference may stand by itself, in `and` and in `forall`; elsewhere it would have no
meaning. One without a name is called `anonymous`: names may be shared.
"""

from collections.abc import Iterator
from typing import NamedTuple

from planners.errors import TaskSyntaxError
from planners.pddl.conditions import ConditionReader, quantified_variables
from planners.pddl.formula import And, Forall, Formula, Parameter
from planners.pddl.lists import group_of, name_of
from planners.pddl.model import Preference, StepPreference, Trajectory
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.vocabulary import Variables, Vocabulary

PREFERENCE = "preference"
ANONYMOUS = "anonymous"
AT_END = "at-end"


class Wish(NamedTuple):
    """A preference as it was found.

    Attributes:
        name: Its name.
        condition: What should hold.
        parameters: Variables of the quantifiers around it.
    """

    name: str
    condition: Formula
    parameters: tuple[Parameter, ...]


def read_goal(
    vocabulary: Vocabulary, conditions: ConditionReader, node: Node
) -> tuple[Formula, tuple[Preference, ...]]:
    """Read a goal, and the preferences in it apart from it.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    sorter = _Sorter(vocabulary, conditions)
    goal = sorter.split(node, {})
    return goal, tuple(
        Preference(wish.name, Trajectory(AT_END, (wish.condition,), (), wish.parameters))
        for wish in sorter.wishes
    )


def read_precondition(
    vocabulary: Vocabulary, conditions: ConditionReader, node: Node, bound: Variables
) -> tuple[Formula, tuple[StepPreference, ...]]:
    """Read a precondition, and the preferences in it apart from it.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    sorter = _Sorter(vocabulary, conditions)
    needed = sorter.split(node, bound)
    return needed, tuple(StepPreference(*wish) for wish in sorter.wishes)


def preference_parts(vocabulary: Vocabulary, group: Group, head: Word) -> tuple[str, Node]:
    """Take a preference apart into its name and what should hold.

    Raises:
        TaskSyntaxError: if it is not `(preference NAME CONDITION)`; NAME may be missing.
    """
    source = vocabulary.source
    vocabulary.use(":preferences", head.offset, "`preference`")
    match group.items:
        case (_, Group() as body):
            name = ANONYMOUS
        case (_, first, Group() as body):
            name = name_of(source, first, "a preference").text
        case _:
            message = f"expected `(preference NAME CONDITION)`, found {describe(group)}"
            raise source.fault(TaskSyntaxError, head.offset, message)
    inside = preference_in(vocabulary, body)
    if inside is not None:
        message = "a preference stands inside a preference; expected a condition"
        raise source.fault(TaskSyntaxError, inside.offset, message)
    return name, body


def around(
    vocabulary: Vocabulary,
    outer: tuple[Parameter, ...],
    inner: tuple[Parameter, ...],
    scope: Variables,
) -> tuple[Parameter, ...]:
    """Put the variables of an outer quantifier in front of those of inner ones.

    An outer variable that an inner one hides is named anew, as nothing can mean it; how
    many instances there are still depends on its types.

    Args:
        vocabulary: Where new names come from.
        outer: The outer variables.
        inner: The inner variables.
        scope: The other variables in scope.
    """
    hidden = {parameter.name for parameter in inner}
    if hidden.isdisjoint(parameter.name for parameter in outer):
        return (*outer, *inner)
    taken = {**scope, **{parameter.name: parameter.types for parameter in (*outer, *inner)}}
    joined = []
    for parameter in outer:
        name = parameter.name
        if name in hidden:
            name = vocabulary.fresh.like(name, taken)
            taken[name] = parameter.types
        joined.append(Parameter(name, parameter.types))
    return (*joined, *inner)


def only_in(source: Source, word: Word, where: Word) -> TaskSyntaxError:
    """Make an error about a preference that stands where it may not."""
    message = f"`{PREFERENCE}` stands in `{where.text}`; expected it in `and` or `forall` alone"
    return source.fault(TaskSyntaxError, word.offset, message)


class _Sorter:
    """Sorts out what a condition needs and what it wishes for.

    Args:
        vocabulary: The names that may be used.
        conditions: Reads what is no preference.

    Attributes:
        wishes: The preferences found so far.
    """

    def __init__(self, vocabulary: Vocabulary, conditions: ConditionReader) -> None:
        self.wishes: list[Wish] = []
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._conditions = conditions

    def split(self, node: Node, bound: Variables) -> Formula:
        """Read a condition without the preferences in it, which are kept apart."""
        if preference_in(self._vocabulary, node) is None:
            return self._conditions.read(node, bound)
        return And(tuple(self._needed(node, bound, ())))

    def _needed(
        self, node: Node, bound: Variables, outer: tuple[Parameter, ...]
    ) -> Iterator[Formula]:
        # Goes down where preferences may stand and looks into the rest once, so that no
        # part is looked at again on each level above it.
        match node:
            case Group(items=(Word(text="and"), *items)):
                for item in items:
                    yield from self._needed(item, bound, outer)
                return
            case Group(items=(Word(text="forall") as head, *_)):
                yield from self._forall(node, head, bound, outer)
                return
        inside = preference_in(self._vocabulary, node)
        if inside is None:
            yield self._conditions.read(node, bound)
            return
        group = group_of(self._source, node, "a condition")
        first = group.items[0]
        if first is inside:
            name, body = preference_parts(self._vocabulary, group, inside)
            self.wishes.append(Wish(name, self._conditions.read(body, bound), outer))
        elif isinstance(first, Word):
            raise only_in(self._source, inside, first)
        else:
            message = f"expected a predicate or a connective, found {describe(first)}"
            raise self._source.fault(TaskSyntaxError, first.offset, message)

    def _forall(
        self, group: Group, head: Word, bound: Variables, outer: tuple[Parameter, ...]
    ) -> Iterator[Formula]:
        self._vocabulary.use(":universal-preconditions", head.offset, "`forall`")
        parameters, scope = quantified_variables(self._vocabulary, group, bound)
        joined = around(self._vocabulary, outer, parameters, bound)
        parts = tuple(self._needed(group.items[2], scope, joined))
        if parts:
            yield Forall(parameters, parts[0] if len(parts) == 1 else And(parts))


def preference_in(vocabulary: Vocabulary, node: Node) -> Word | None:
    """Find the first preference in a condition. A predicate may have that name, too."""
    if PREFERENCE in vocabulary.predicates:
        return None
    front = [node]
    while front:
        found = front.pop()
        if isinstance(found, Group) and found.items:
            head = found.items[0]
            if isinstance(head, Word) and head.text == PREFERENCE:
                return head
            front.extend(reversed(found.items))
    return None
