"""Plans written as JSON."""

import pytest

from app.reading import Lexicon, read_answer


@pytest.mark.parametrize(
    "text",
    [
        '["pick up the red block", "stack the red block on the blue block"]',
        '{"steps": [{"step": 1, "action": "pick-up a"}, {"step": 2, "action": "stack a b"}]}',
        '[{"action": "pick-up", "block": "a"}, {"action": "stack", "block": "a", "on": "b"}]',
        '[{"action": "pick-up", "block": "a", "reason": "it is clear"}, ["stack", "a", "b"]]',
        '{"result": {"answer": {"plan": ["(pick-up a)", "(stack a b)"]}}}',
        '[{"plan": ["pick-up(a)", "stack(a, b)"]}]',
        '{"name": "pick-up", "args": "a"}\n{"name": "stack", "args": "a, b"}',
        "['pick-up a', 'stack a b']",
        "[('pick-up', 'a'),\n ('stack', 'a', 'b')]",
        '[\n  "pick-up a",\n  "stack a b"',
        'Plan = ["(pick-up a)", "(stack a b)"]',
        '[{"action": "(pick-up a)", "arguments": ["a"]}, {"action": "(stack a b)", "args": []}]',
    ],
)
def test_a_plan_in_json_is_read_however_it_is_wrapped(blocks: Lexicon, text: str):
    plan = read_answer(text, blocks).plan
    assert plan is not None
    assert str(plan) == "(pick-up a)\n(stack a b)\n"


def test_an_element_that_is_no_step_is_told(blocks: Lexicon):
    reading = read_answer('Sure.\n["(pick-up a)", "think hard", 7, {"action": "wait"}]', blocks)
    assert reading.plan is not None
    assert [str(step) for step in reading.plan.steps] == ["(pick-up a)"]
    assert [(unread.line, unread.text) for unread in reading.unread] == [
        (2, "think hard"),
        (2, "7"),
        (2, "{'action': 'wait'}"),
    ]


@pytest.mark.parametrize("text", ['{"mood": "good"}', "[1, 2, 3]", '["hello", "world"]', "[[[]]]"])
def test_json_that_is_no_plan_is_passed_over(blocks: Lexicon, text: str):
    plan = read_answer(f"{text}\n(pick-up a)", blocks).plan
    assert plan is not None
    assert str(plan) == "(pick-up a)\n"
