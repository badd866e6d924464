"""Words and parentheses made into a tree, without recursion."""

from sys import intern
from typing import NamedTuple, TypeAlias, Union

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.tokens import Source, Word, tokens

MAX_DEPTH = 100


class Group(NamedTuple):
    """A pair of parentheses and what stands between them.

    Attributes:
        items: Words and groups in the order of the text.
        offset: Where the opening parenthesis stands.
        end: Where the closing parenthesis stands.
    """

    items: "tuple[Node, ...]"
    offset: int
    end: int


# `Word | Group` cannot be evaluated here: named tuples of the two name each other.
Node: TypeAlias = Union[Word, Group]  # noqa: UP007


def parse(source: Source) -> Group:
    """Read the one group that a PDDL text consists of.

    Raises:
        TaskSyntaxError: if parentheses do not match or something stands outside them.
        TaskTooLarge: past `MAX_DEPTH`, so that whoever walks the tree may recurse.
    """
    groups: list[tuple[list[Node], int]] = []
    items: list[Node] = []
    opened = 0
    for text, offset in tokens(source):
        if text == "(":
            if len(groups) == MAX_DEPTH:
                message = f"parentheses nest deeper than {MAX_DEPTH}"
                raise source.fault(TaskTooLarge, offset, message)
            groups.append((items, opened))
            items, opened = [], offset
        elif text == ")":
            if not groups:
                message = "a closing parenthesis without an opening one"
                raise source.fault(TaskSyntaxError, offset, message)
            group = Group(tuple(items), opened, offset)
            items, opened = groups.pop()
            items.append(group)
        else:
            # Names come again and again, in one text and in those of other tasks.
            items.append(Word(intern(text.lower()), offset))
    if groups:
        message = "this parenthesis is never closed"
        raise source.fault(TaskSyntaxError, opened, message)
    return _only(source, items)


def describe(node: Node) -> str:
    """Name a node in a message, short enough to be quoted."""
    if isinstance(node, Word):
        return f"`{node.text[:40]}`"
    if not node.items:
        return "`()`"
    head = node.items[0]
    return f"`({head.text[:40]} …)`" if isinstance(head, Word) else "a parenthesis"


def _only(source: Source, items: list[Node]) -> Group:
    if not items:
        raise source.fault(TaskSyntaxError, 0, "expected `(define …)`, found no PDDL at all")
    first = items[0]
    if isinstance(first, Word):
        message = f"expected `(define …)`, found {describe(first)}"
        raise source.fault(TaskSyntaxError, first.offset, message)
    if len(items) > 1:
        message = f"expected the end of the text, found {describe(items[1])}"
        raise source.fault(TaskSyntaxError, items[1].offset, message)
    return first
