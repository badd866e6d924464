"""Answers made to hurt the reader: it raises nothing, and its time grows with their length."""

import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.reading import Lexicon, read_answer
from app.reading.answer import MAX_CHARACTERS
from app.reading.blocks import MAX_QUOTED, MAX_UNREAD

LEXICON = Lexicon(
    actions={"pick-up": 1, "stack": 2, "load-truck": 3, "load-airplane": 3, "wait": 0},
    objects=["a", "b", "l1-0", "l1-1"],
    aliases={"red block": "a", "blue block": "b"},
    predicates=["on"],
)
PIECES = st.sampled_from(
    [
        *"()[]{}<>*`\"'\\|;:,.-_=#?!$&~^%0123456789 \t\n\r\x00\x0b\u2028\ufeff",
        *["(stack a b)", "stack a on b", "pick up", "load", "the red block", "a", "b", " and it "],
        *["[PLAN]", "[PLAN END]", "[STATEMENT]", "<think>", "</think>", "```", "```json\n", "~~~"],
        *["1. ", "2) ", "- ", "Step 3: ", "Action: ", "0.5: ", "[1.5]", "; ", "| ", "->", "İ"],
        *['{"plan": [', '{"action": "stack", "args": ', '["a", "b"]', "null", "1e999", "\\u00"],
        *["Wait, ", "Explanation:\n", "The plan is empty", "impossible", "(:plan", "(not ", "?x"],
    ]
)


@settings(max_examples=150)
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200)))
@example("(- a")
@example("(" * 200_000)
@example("[" * 200_000)
@example('{"a":' * 100_000)
@example("9" * 100_000 + ". (stack a b)")
@example(f"{'9' * 100_000}.{'9' * 100_000}: (stack a b) [{'9' * 100_000}]")
def test_junk_is_read_without_raising_and_what_is_told_of_it_is_bounded(text: str):
    reading = read_answer(text, LEXICON)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    # Two more: how many were left out, and a stamp that steps share.
    assert len(reading.unread) <= MAX_UNREAD + 2
    assert all(1 <= unread.line <= lines for unread in reading.unread)
    assert all(len(unread.text) <= MAX_QUOTED and unread.reason for unread in reading.unread)
    assert not (reading.claims_unsolvable and reading.plan is not None)


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 4), max_size=6), st.text(max_size=60))
def test_names_of_any_kind_are_read_without_raising(actions: dict[str, int], text: str):
    lexicon = Lexicon(actions=actions, objects=list(actions), aliases={text: text})
    read_answer(f"{text}\n(a b)\n{' '.join(actions)}", lexicon)


def repeated(piece: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda length: before + piece * (length // len(piece)) + after


def numbered(length: int) -> str:
    return "".join(f"{n}. Stack the red block on b.\n" for n in range(1, length // 32))


HOSTILE: dict[str, Callable[[int], str]] = {
    "prose": repeated("The red block is clear and the hand is empty, so we may go on.\n"),
    "steps": repeated("(stack a b)\n"),
    "steps on one line": repeated("(stack a b) "),
    "calls": repeated("stack(a,b) "),
    "steps in words": repeated("stack the red block on top of the blue block\n"),
    "steps in words on one line": repeated("stack a on b and pick it up and "),
    "numbered steps": numbered,
    "unread steps": repeated("(stack a\n"),
    "unread words": repeated("stack\n"),
    "comments": repeated("; (stack a b)\n"),
    "blank lines": repeated("\n"),
    "short lines": repeated("x\n"),
    "blanks": repeated(" "),
    "opening parentheses": repeated("("),
    "opening parentheses in lines": repeated("(\n"),
    "closing parentheses": repeated(")"),
    "steps in steps": repeated("(stack "),
    "words before a parenthesis": repeated("x" * 200 + "(a)"),
    "articles": repeated("a ", "stack "),
    "verbs": repeated("load "),
    "openers": repeated("then "),
    "labels": repeated("step: "),
    "list marks": repeated("- 1. "),
    "stars": repeated("*"),
    "digits": repeated("1"),
    "cells": repeated("| 1 "),
    "fences": repeated("```\n"),
    "fences of one step": repeated("```\n(stack a b)\n```\n"),
    "marks": repeated("[PLAN]"),
    "plans in marks": repeated("[PLAN]\n(stack a b)\n[PLAN END]\n"),
    "corrections": repeated("(stack a b)\nWait, no.\n"),
    "opened thoughts": repeated("<think>"),
    "closed thoughts": repeated("</think>"),
    "thoughts": repeated("<think>x</think>"),
    "brackets": repeated("["),
    "brackets in lines": repeated("[\n"),
    "nested lists": repeated("[[1],\n"),
    "lists in open lists": repeated("1,", "[\n" * 900),
    "nested objects": repeated('{"a":\n'),
    "broken objects": repeated('{"action":"stack","args":["a","b"]\n'),
    "JSON lines": repeated('{"action":"stack","args":["a","b"]}\n'),
    "a JSON list": repeated('"(stack a b)",', "[", '"x"]'),
    "angles": repeated("<"),
}


def seconds(text: str) -> float:
    """Measure the CPU seconds that reading takes."""
    start = time.process_time()
    read_answer(text, LEXICON)
    return time.process_time() - start


def grows_with_length(make: Callable[[int], str], length: int) -> bool:
    """Say whether sixteen times the length takes less than sixty-four times as long.

    Quadratic work takes 256 times as long every time. A busy machine stretches linear work,
    yet hardly fourfold, and not in each of three tries.
    """
    return any(seconds(make(16 * length)) < 64 * seconds(make(length)) + 0.01 for _ in range(3))


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_length_of_an_answer(kind: str):
    assert grows_with_length(HOSTILE[kind], 2_500)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_length_of_a_long_answer(kind: str):
    assert grows_with_length(HOSTILE[kind], 50_000)


def measured(text: str) -> tuple[float, float]:
    """Measure CPU seconds, and MiB at the peak beyond the text itself."""
    start = time.process_time()
    read_answer(text, LEXICON)
    spent = time.process_time() - start
    tracemalloc.start()
    read_answer(text, LEXICON)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return spent, peak / 2**20


@pytest.mark.sweep
@pytest.mark.parametrize("kind", HOSTILE)
def test_the_longest_answer_is_read_in_bounded_time_and_memory(kind: str):
    spent, peak = measured(HOSTILE[kind](MAX_CHARACTERS - 2000))
    print(f"{kind}: {spent:.2f} s, {peak:.0f} MiB")  # noqa: T201  (the figures of docs/reading.md)
    assert spent < 20
    assert peak < 250


def test_ten_megabytes_of_prose_before_a_plan_are_passed_over():
    text = HOSTILE["prose"](10_000_000) + "(stack a b)\n(stack b a)"
    reading = read_answer(text, LEXICON)
    assert str(reading.plan) == "(stack a b)\n(stack b a)\n"
    assert [unread.line for unread in reading.unread] == [1]
    assert len(text) > 4 * MAX_CHARACTERS
