"""The answer told from the reasoning before it."""

import pytest

from app.reading import Lexicon, read_answer

PLAN = "(pick-up a)\n(stack a b)"


@pytest.mark.parametrize(
    "text",
    [
        f"<think>(pick-up c)\n(stack c d)</think>{PLAN}",
        f"(pick-up c)\n(stack c d)\n</think>\n{PLAN}",
        f"[THINK]\n(pick-up c)\n[/THINK]\n{PLAN}",
        f"<thinking>\n(pick-up c)\n</thinking>\n{PLAN}\n<thinking>(pick-up d)</thinking>",
        f"<think>a <think>(pick-up c)</think> b</think>{PLAN}",
        f"<|channel|>analysis<|message|>(pick-up c)<|end|><|channel|>final<|message|>{PLAN}",
        f"<think>Only thoughts.\n{PLAN}</think>",
        f"<think>\nSo far:\n(pick-up c)\nWait, instead:\n{PLAN}",
    ],
    ids=[
        "closed",
        "opened in the prompt",
        "square brackets",
        "twice",
        "nested",
        "channels",
        "thoughts only",
        "cut off",
    ],
)
def test_the_plan_behind_the_reasoning_is_read(blocks: Lexicon, text: str):
    plan = read_answer(text, blocks).plan
    assert plan is not None
    assert str(plan) == f"{PLAN}\n"


def test_reasoning_is_not_read_where_an_answer_stands_behind_it(blocks: Lexicon):
    reading = read_answer(f"<think>{PLAN}</think>There is no plan.", blocks)
    assert reading.plan is None
    assert reading.claims_unsolvable
