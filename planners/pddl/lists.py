"""Lists of names with types behind a dash: `a b - block c - (either box crate) d`."""

from typing import NamedTuple

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word

MAX_ALTERNATIVES = 16


class Typed(NamedTuple):
    """A name and what stands behind its dash.

    Attributes:
        name: The name.
        types: The types, none where nothing is written.
    """

    name: Word
    types: tuple[Word, ...]


def is_name(node: Node) -> bool:
    """Say whether a node can be a name: no group, variable, keyword or dash."""
    return isinstance(node, Word) and node.text[0] not in "?:-"


def is_variable(node: Node) -> bool:
    """Say whether a node is a variable."""
    return isinstance(node, Word) and node.text[0] == "?" and len(node.text) > 1


def name_of(source: Source, node: Node, what: str) -> Word:
    """Return a node that has to be a name.

    Raises:
        TaskSyntaxError: if it is none.
    """
    if isinstance(node, Word) and is_name(node):
        return node
    message = f"expected the name of {what}, found {describe(node)}"
    raise source.fault(TaskSyntaxError, node.offset, message)


def group_of(source: Source, node: Node, what: str) -> Group:
    """Return a node that has to be a group.

    Raises:
        TaskSyntaxError: if it is a word.
    """
    if isinstance(node, Group):
        return node
    message = f"expected {what} in parentheses, found {describe(node)}"
    raise source.fault(TaskSyntaxError, node.offset, message)


def names(source: Source, nodes: tuple[Node, ...], what: str) -> list[Typed]:
    """Read a list of names, such as objects or types."""
    return _typed(source, nodes, is_variables=False, what=f"the name of {what}")


def variables(source: Source, nodes: tuple[Node, ...]) -> list[Typed]:
    """Read a list of variables, such as parameters."""
    return _typed(source, nodes, is_variables=True, what="a variable such as ?x")


def _typed(
    source: Source, nodes: tuple[Node, ...], *, is_variables: bool, what: str
) -> list[Typed]:
    fits = is_variable if is_variables else is_name
    result: list[Typed] = []
    untyped: list[Word] = []
    rest = iter(nodes)
    for node in rest:
        if isinstance(node, Word) and node.text == "-":
            type_node = next(rest, None)
            if type_node is None or not untyped:
                message = "a dash stands between names and their type"
                raise source.fault(TaskSyntaxError, node.offset, message)
            types = types_behind_dash(source, type_node)
            result.extend(Typed(name, types) for name in untyped)
            untyped = []
        elif isinstance(node, Word) and fits(node):
            untyped.append(node)
        else:
            message = f"expected {what}, found {describe(node)}"
            raise source.fault(TaskSyntaxError, node.offset, message)
    result.extend(Typed(name, ()) for name in untyped)
    return result


def types_behind_dash(source: Source, node: Node) -> tuple[Word, ...]:
    """Read a type or `(either …)`.

    Raises:
        TaskSyntaxError: if it is neither.
        TaskTooLarge: past `MAX_ALTERNATIVES`.
    """
    if isinstance(node, Word):
        return (name_of(source, node, "a type"),)
    match node.items:
        case (Word(text="either"), _, *_):
            found = (name_of(source, item, "a type") for item in node.items[1:])
            distinct = tuple({word.text: word for word in found}.values())
            if len(distinct) > MAX_ALTERNATIVES:
                message = f"more than {MAX_ALTERNATIVES} types in one `(either …)`"
                raise source.fault(TaskTooLarge, node.offset, message)
            return distinct
    message = f"expected a type or `(either …)`, found {describe(node)}"
    raise source.fault(TaskSyntaxError, node.offset, message)
