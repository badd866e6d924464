"""Effects of actions, read into the model."""

import re
from fractions import Fraction

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.conditions import ConditionReader, quantified_variables
from planners.pddl.lists import group_of
from planners.pddl.model import (
    EQUALS,
    TOTAL_COST,
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    FunctionTerm,
    Increase,
    When,
)
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.vocabulary import Variables, Vocabulary

MAX_DIGITS = 100

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_ARITHMETIC = {"+", "-", "*", "/"}
_REFUSED = {
    "decrease": "numeric fluents",
    "assign": "numeric and object fluents",
    "scale-up": "numeric fluents",
    "scale-down": "numeric fluents",
    "probabilistic": "probabilistic effects",
    "oneof": "non-deterministic effects",
    "at": "durative actions",
    "or": "non-deterministic effects",
}


def is_number(node: Node) -> bool:
    """Say whether a node is a number such as `5`, `-2` or `0.25`."""
    return isinstance(node, Word) and _NUMBER.fullmatch(node.text) is not None


def number(source: Source, node: Node) -> Fraction:
    """Read a number, exactly.

    Raises:
        TaskSyntaxError: if it is none.
        TaskTooLarge: past `MAX_DIGITS`.
    """
    if not (isinstance(node, Word) and is_number(node)):
        message = f"expected a number such as 5 or 0.25, found {describe(node)}"
        raise source.fault(TaskSyntaxError, node.offset, message)
    if len(node.text) > MAX_DIGITS:
        message = f"a number of more than {MAX_DIGITS} digits"
        raise source.fault(TaskTooLarge, node.offset, message)
    return Fraction(node.text)


class EffectReader:
    """Reads effects of one domain.

    Args:
        vocabulary: The names that may be used.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._conditions = ConditionReader(vocabulary, strict=False)

    def read(self, node: Node, bound: Variables) -> Effect:
        """Read an effect; `()` is the effect that changes nothing.

        Args:
            node: The effect.
            bound: The variables in scope with their types.

        Raises:
            TaskSyntaxError: if it is not well formed.
            TaskSemanticError: if a name in it is not declared or does not fit.
            UnsupportedTask: if it is of a kind that is refused.
        """
        group = group_of(self._source, node, "an effect")
        if not group.items:
            return AndEffect()
        head = group.items[0]
        if not isinstance(head, Word):
            message = f"expected a predicate or a kind of effect, found {describe(head)}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        match head.text:
            case "and":
                return AndEffect(tuple(self.read(item, bound) for item in group.items[1:]))
            case "not":
                return self._deletion(group, head, bound)
            case "forall":
                return self._forall(group, head, bound)
            case "when":
                return self._when(group, head, bound)
        return self._simple(group, head, bound)

    def _simple(self, group: Group, head: Word, bound: Variables) -> Effect:
        if head.text not in self._vocabulary.predicates:
            if head.text == "increase":
                return self._increase(group, head, bound)
            if head.text in _REFUSED:
                what = f"`{head.text}` in an effect ({_REFUSED[head.text]})"
                raise self._vocabulary.unsupported(head.offset, what)
            if head.text in ("imply", "exists"):
                message = f"`{head.text}` stands in conditions, not in effects"
                raise self._source.fault(TaskSyntaxError, head.offset, message)
        if head.text == EQUALS:
            message = "`=` stands in conditions; no effect changes which object is which"
            raise self._vocabulary.semantic(head.offset, message)
        return AtomEffect(self._vocabulary.atom(group, head, bound, strict=True))

    def _deletion(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 1)
        inner = group_of(self._source, group.items[1], "an atom")
        effect = self.read(inner, bound)
        if not (isinstance(effect, AtomEffect) and effect.positive):
            message = f"in an effect `not` takes an atom, found {describe(inner)}"
            raise self._source.fault(TaskSyntaxError, inner.offset, message)
        return AtomEffect(effect.atom, positive=False)

    def _forall(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 2)
        parameters, inner = quantified_variables(self._vocabulary, group, bound)
        self._use(head)
        return ForallEffect(parameters, self.read(group.items[2], inner))

    def _when(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 2)
        self._use(head)
        condition = self._conditions.read(group.items[1], bound)
        return When(condition, self.read(group.items[2], bound))

    def _increase(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 2)
        function = self._vocabulary.function_term(group.items[1], bound)
        if function.function != TOTAL_COST:
            what = f"changing `{function.function}` (numeric fluents beyond `{TOTAL_COST}`)"
            raise self._vocabulary.unsupported(group.items[1].offset, what)
        self._vocabulary.use(":action-costs", head.offset, "`increase`")
        return Increase(function, self._amount(group.items[2], bound))

    def _amount(self, node: Node, bound: Variables) -> Fraction | FunctionTerm:
        if is_number(node):
            return number(self._source, node)
        if isinstance(node, Group) and node.items:
            head = node.items[0]
            if isinstance(head, Word) and head.text in _ARITHMETIC:
                raise self._vocabulary.unsupported(node.offset, "arithmetic (numeric fluents)")
        amount = self._vocabulary.function_term(node, bound)
        if amount.function == TOTAL_COST:
            what = f"`{TOTAL_COST}` in a condition or an amount (numeric fluents)"
            raise self._vocabulary.unsupported(node.offset, what)
        return amount

    def _count(self, group: Group, head: Word, expected: int) -> None:
        if len(group.items) - 1 != expected:
            message = f"`{head.text}` takes {expected} parts, found {len(group.items) - 1}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _use(self, head: Word) -> None:
        self._vocabulary.use(":conditional-effects", head.offset, f"`{head.text}` in an effect")
