import pytest

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.syntax import MAX_DEPTH, Group, Node, parse
from planners.pddl.tokens import Source, Word


def tree(node: Node) -> object:
    return node.text if isinstance(node, Word) else [tree(item) for item in node.items]


def parsed(text: str) -> Group:
    return parse(Source("domain", text))


def test_parentheses_make_a_tree_in_lower_case():
    assert tree(parsed("(Define (x) ; no\n (Y ?Z))")) == ["define", ["x"], ["y", "?z"]]


def test_a_group_knows_where_it_begins_and_ends():
    group = parsed(" (a (b))")
    assert (group.offset, group.end) == (1, 7)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "no PDDL at all"),
        ("; nothing", (1, 1), "no PDDL at all"),
        ("define", (1, 1), "found `define`"),
        ("(a\n(b)", (1, 1), "never closed"),
        ("((a)", (1, 1), "never closed"),
        ("(a\n  (b", (2, 3), "never closed"),
        ("(a))", (1, 4), "without an opening one"),
        ("(a) b", (1, 5), "expected the end"),
        ("(a)\n(b c)", (2, 1), "`(b …)`"),
    ],
)
def test_what_does_not_match_is_named_with_its_place(text, place, message):
    with pytest.raises(TaskSyntaxError) as caught:
        parsed(text)
    assert (caught.value.line, caught.value.column) == place
    assert message in caught.value.message


def test_nesting_is_read_up_to_the_bound():
    assert parsed("(" * MAX_DEPTH + ")" * MAX_DEPTH)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_nesting_past_the_bound_is_refused(depth):
    with pytest.raises(TaskTooLarge, match="nest deeper"):
        parsed("(" * depth + ")" * depth)
