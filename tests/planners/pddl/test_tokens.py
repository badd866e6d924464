import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.errors import TaskSyntaxError, TaskTooLarge
from planners.pddl.tokens import MAX_CHARACTERS, Source, tokens


def words(text: str) -> list[str]:
    return [word for word, _ in tokens(Source("domain", text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(on a b)", ["(", "on", "a", "b", ")"]),
        ("p?x?y", ["p", "?x", "?y"]),
        ("market -place", ["market", "-", "place"]),
        ("a--b -- c", ["a--b", "-", "-", "c"]),
        ("-5 -0.5 - 5", ["-5", "-0.5", "-", "5"]),
        ("-5a", ["-", "5a"]),
        ("?from-x - t", ["?from-x", "-", "t"]),
        ("a;b (c\n;d\r\ne", ["a", "e"]),
        ("\ufeffa", ["a"]),
        ("", []),
    ],
)
def test_text_is_cut_into_words(text, expected):
    assert words(text) == expected


def test_a_comment_may_hold_any_character():
    assert words("a ; \x00 \u200b\nb") == ["a", "b"]


def test_a_character_that_cannot_be_printed_is_named_with_its_place():
    with pytest.raises(TaskSyntaxError) as caught:
        words("(a\n  b\x00c)")
    assert (caught.value.line, caught.value.column) == (2, 4)
    assert "U+0000" in str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_alike_for_all_line_endings(ending):
    source = Source("domain", ending.join(["(a", "b", "  c)"]))
    offset = source.text.index("c")
    assert source.place(offset) == (3, 3)


def test_a_text_past_the_bound_is_refused_before_it_is_read():
    with pytest.raises(TaskTooLarge):
        Source("problem", " " * (MAX_CHARACTERS + 1))


@given(st.text(alphabet="()?-; \nabA0.\t:=", max_size=60))
def test_words_and_white_space_and_comments_make_up_the_text(text):
    source = Source("domain", text)
    rest = list(text)
    for word, offset in tokens(source):
        assert text[offset : offset + len(word)] == word
        rest[offset : offset + len(word)] = " " * len(word)
    left = "".join(rest).split("\n")
    assert all(not line.partition(";")[0].strip() for line in left)
