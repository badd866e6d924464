"""Answers that say that there is no plan, and answers whose plan is empty."""

import pytest

from app.reading import Lexicon, read_answer


@pytest.mark.parametrize(
    "text",
    [
        "(no plan possible)",
        "There is no plan that achieves the goal.",
        "After analysis: the problem is **unsolvable**.",
        "It isn\u2019t possible; the goal can\u2019t be achieved.",
        "No plan can achieve the goal. Therefore, the required plan is empty.",
        "[PLAN]\nNo plan exists.\n[PLAN END]",
        "This is impossible. Here is why:\n1. **Stack a on b**: needs (holding a), so it fails.",
    ],
)
def test_a_claim_that_there_is_no_plan_is_noted(blocks: Lexicon, text: str):
    reading = read_answer(text, blocks)
    assert reading.plan is None
    assert reading.claims_unsolvable


@pytest.mark.parametrize(
    "text",
    [
        "It is impossible to take b first, so:\n(pick-up a)\n(stack a b)",
        "1. (pick-up a)\n2. (stack a b)\nThere is no plan that is shorter.",
    ],
)
def test_a_plan_counts_more_than_a_claim(blocks: Lexicon, text: str):
    reading = read_answer(text, blocks)
    assert reading.plan is not None
    assert not reading.claims_unsolvable


def test_what_is_only_thought_is_not_claimed(blocks: Lexicon):
    reading = read_answer("<think>This looks impossible", blocks)
    assert reading.plan is None
    assert not reading.claims_unsolvable


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "()",
        "```json\n[]\n```",
        '{"plan": []}',
        "[PLAN]\n[PLAN END]",
        "<plan></plan>",
        "The plan is empty.",
        "No actions are needed: the goal is already satisfied.",
    ],
)
def test_an_empty_plan_is_read_where_it_is_clearly_meant(blocks: Lexicon, text: str):
    reading = read_answer(text, blocks)
    assert reading.plan is not None
    assert reading.plan.steps == ()


@pytest.mark.parametrize("text", ["visited: []", "I am not sure.\n[PLAN END]", "(stack a\n[]"])
def test_an_empty_list_may_mean_something_else(blocks: Lexicon, text: str):
    assert read_answer(text, blocks).plan is None
