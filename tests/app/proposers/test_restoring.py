"""Giving names back."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proposers.restoring import restored

NAMES = {"a": "red-block", "b": "a", "up": "never"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(stack a b)", "(stack red-block a)"),
        ("(pick-up a)", "(pick-up red-block)"),
        ("stack(a,b).", "stack(red-block,a)."),
        ("(STACK A B)", "(STACK red-block a)"),
        ("ab a_b a-b a", "ab a_b a-b red-block"),
        ("", ""),
    ],
)
def test_whole_words_are_replaced_and_nothing_else(text, expected):
    assert restored(text, NAMES) == expected


@given(st.text())
def test_without_names_the_text_stays_as_it_is(text):
    assert restored(text, {}) == text


@given(st.permutations("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=30))
def test_a_renaming_is_undone_by_its_inverse(order, words):
    there = dict(zip("abcdef", order, strict=True))
    back = {new: old for old, new in there.items()}
    assert restored(restored(" ".join(words), there), back) == " ".join(words)


def test_a_text_of_ten_megabytes_takes_time_in_proportion():
    began = time.perf_counter()
    restored("(stack a b)\n" * 100_000, NAMES)
    small = time.perf_counter() - began
    began = time.perf_counter()
    restored("a-" * 5_000_000 + "(stack a b)\n" * 10, NAMES)
    assert time.perf_counter() - began < 10 * small + 1.0
