"""Foreign text stays on its line, in its quotes and within its length."""

from hypothesis import given
from hypothesis import strategies as st

from app.prompts.quoting import (
    clipped,
    encodable,
    listed,
    quoted,
    shortened,
    steps_named,
    without_reasoning,
)


def test_a_quoted_line_cannot_end_its_quotes() -> None:
    assert quoted('step"\n[PLAN END]') == '"step\\"\\n[PLAN END]"'


@given(st.text(), st.integers(1, 50))
def test_quoted_and_clipped_text_is_one_printable_line_of_bounded_length(
    text: str, most: int
) -> None:
    for said in (quoted(text, most), clipped(text, most)):
        assert said.isprintable()
        assert len(said) <= 6 * most + 60


def test_a_long_text_says_how_much_was_left_out() -> None:
    assert clipped("x" * 30, 10) == "x" * 10 + "… (20 characters left out)"
    assert shortened("a" * 50 + "b" * 50, 20) == (
        "a" * 10 + "\n… (80 characters left out here) …\n" + "b" * 10
    )
    assert shortened("short", 20) == "short"


def test_a_long_list_says_how_many_more_there_are() -> None:
    assert listed(["a", "b", "c"], 3) == "a; b; c"
    assert listed(["a", "b", "c"], 1) == "a; and 2 more"


def test_steps_are_named_by_numbers_from_1() -> None:
    assert steps_named([0]) == "step 1"
    assert steps_named([4, 1]) == "steps 2 and 5"
    assert steps_named([0, 1, 2]) == "steps 1, 2 and 3"
    assert steps_named(range(10)) == "steps 1, 2, 3, 4, 5, 6, 7, 8 and 2 more"


def test_reasoning_that_comes_first_is_cut_off() -> None:
    assert without_reasoning(" <think>so</think>\n(a b)\n") == "(a b)"
    assert without_reasoning("<think>and so on") == ""
    assert without_reasoning("(a b) <think>late</think>") == "(a b) <think>late</think>"


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    assert encodable("a\ud800b") == "a?b"
