"""Object functions applied to terms, and the values that are said of them."""

from planners.pddl.formula import FunctionTerm
from planners.pddl.object_functions import UNDEFINED, Lookups
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.types import Types
from planners.pddl.vocabulary import Variables, Vocabulary


def applied(
    vocabulary: Vocabulary, node: Node, bound: Variables, lookups: Lookups | None
) -> tuple[FunctionTerm, Types] | None:
    """Read an object function of terms.

    Args:
        vocabulary: The names that may be used.
        node: What may be such a term.
        bound: The variables in scope with their types.
        lookups: Takes the values of object functions inside; None where none may be read.

    Returns:
        The term and the types of its values, or None where it is no such term.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    found = vocabulary.object_function(node)
    if found is None or not isinstance(node, Group):
        return None
    head, function = found
    vocabulary.use(":object-fluents", node.offset, describe(node))
    nodes, declared = node.items[1:], function.parameters
    terms = vocabulary.arguments(head, nodes, declared, bound, lookups, strict=True)
    return FunctionTerm(head.text, terms), function.types


def is_undefined(vocabulary: Vocabulary, node: Node) -> bool:
    """Say whether a node says that an object function has no value.

    An object may have that name; then it is the object.
    """
    return isinstance(node, Word) and node.text == UNDEFINED and UNDEFINED not in vocabulary.objects


def first_value(
    vocabulary: Vocabulary, left: Node, right: Node
) -> tuple[FunctionTerm, str | None] | None:
    """Read an object function of objects and its value at first; None where it has none.

    Returns:
        The term and its value, or None where the left side is no such term.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    found = applied(vocabulary, left, {}, None)
    if found is None:
        return None
    term, types = found
    if is_undefined(vocabulary, right):
        return term, None
    value = vocabulary.term(right, {})
    vocabulary.check_type(right, value, types, {}, strict=True)
    return term, value
