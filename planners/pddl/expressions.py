"""Numbers and what is computed from them, read exactly."""

import re
from collections.abc import Collection, Mapping
from fractions import Fraction

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.formula import Arithmetic, Expression, Violations
from planners.pddl.object_functions import Lookups
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.vocabulary import ARITHMETIC, Variables, Vocabulary

MAX_DIGITS = 100

COMPARISONS = frozenset(("<", "<=", ">=", ">"))

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_NOTHING: Mapping[str, Expression] = {}
# How many operands each operator takes, at least and at most.
_OPERANDS = {"+": (2, None), "*": (2, None), "-": (1, 2), "/": (2, 2)}


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


class ExpressionReader:
    """Reads numeric expressions of one text.

    Args:
        vocabulary: The names that may be used.
        words: Further words that stand for numbers, such as `?duration`.
        preferences: Names that `is-violated` may count, or None where it has no place.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        words: Mapping[str, Expression] = _NOTHING,
        preferences: Collection[str] | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._words = words
        self._preferences = preferences

    def is_numeric(self, node: Node) -> bool:
        """Say whether a side of `=` can only be meant as a number.

        Names of objects may look like numbers and be those of functions; alone, such a
        word names the object.
        """
        functions = self._vocabulary.functions
        if isinstance(node, Group):
            head = node.items[0] if node.items else node
            return isinstance(head, Word) and (head.text in functions or head.text in ARITHMETIC)
        if node.text in self._words:
            return True
        if node.text in self._vocabulary.objects:
            return False
        return is_number(node) or functions.get(node.text) == ()

    def read(self, node: Node, bound: Variables, lookups: Lookups | None = None) -> Expression:
        """Read an expression.

        Args:
            node: The expression.
            bound: The variables in scope with their types.
            lookups: Takes the values of object functions that it reads; None where none
                may be read.

        Raises:
            TaskSyntaxError: if it is not well formed.
            TaskSemanticError: if a name in it is not declared or does not fit.
            UnsupportedTask: if it is of a kind that is refused.
        """
        if isinstance(node, Word):
            return self._word(node, bound)
        head = node.items[0] if node.items else None
        if not isinstance(head, Word):
            raise self._no_number(node)
        if head.text in ARITHMETIC:
            return self._arithmetic(node, head, bound, lookups)
        if head.text not in self._vocabulary.functions:
            if head.text in self._words and len(node.items) == 1:
                return self._words[head.text]
            if head.text == "is-violated" and self._preferences is not None:
                return self._violations(node, head, self._preferences)
            if is_number(head):
                raise self._no_number(node)
        return self._vocabulary.function_term(node, bound, lookups)

    def _word(self, node: Word, bound: Variables) -> Expression:
        text = node.text
        if is_number(node):
            return number(self._source, node)
        if text not in self._vocabulary.functions:
            if text in self._words:
                return self._words[text]
            if text == "#t":
                raise self._vocabulary.unsupported(node.offset, "`#t` (continuous effects)")
            if text[0] in "?-+.0123456789" or text in bound or text in self._vocabulary.objects:
                raise self._no_number(node)
        return self._vocabulary.function_term(node, bound)

    def _arithmetic(
        self, group: Group, head: Word, bound: Variables, lookups: Lookups | None
    ) -> Arithmetic:
        least, most = _OPERANDS[head.text]
        found = len(group.items) - 1
        if found < least or (most is not None and found > most):
            expected = f"{least} or more" if most is None else f"{least} to {most}"
            expected = str(least) if least == most else expected
            message = f"`{head.text}` takes {expected} numbers, found {found}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        self._vocabulary.use(":numeric-fluents", head.offset, f"`{head.text}` of numbers")
        operands = tuple(self.read(item, bound, lookups) for item in group.items[1:])
        return Arithmetic(head.text, operands)

    def _violations(self, group: Group, head: Word, known: Collection[str]) -> Violations:
        match group.items:
            case (_, Word(text=name, offset=offset)):
                if name not in known:
                    message = f"no preference is called `{name}`"
                    raise self._vocabulary.semantic(offset, message)
                return Violations(name)
        message = f"expected `(is-violated PREFERENCE)`, found {describe(group)}"
        raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _no_number(self, node: Node) -> TaskSyntaxError:
        message = f"expected a number such as 5, 0.25 or `(total-cost)`, found {describe(node)}"
        return self._source.fault(TaskSyntaxError, node.offset, message)
