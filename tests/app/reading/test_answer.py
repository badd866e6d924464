"""Which of the things that look like a plan is read as the plan, and what is said of the rest."""

import pytest

from app.reading import Lexicon, read_answer
from planners import Plan


def steps(plan: Plan | None) -> list[str] | None:
    return None if plan is None else [str(step) for step in plan.steps]


PLAN = ["(pick-up a)", "(stack a b)"]
WRITTEN = "\n".join(PLAN)


def test_prose_around_a_plan_is_passed_over(blocks: Lexicon):
    reading = read_answer(
        f"The red block is clear (and so is b).\n{WRITTEN}\nNow (on a b) holds.", blocks
    )
    assert steps(reading.plan) == PLAN
    assert reading.unread == ()


def test_steps_in_marks_count_more_than_those_in_the_text_behind(blocks: Lexicon):
    text = f"[PLAN]\n{WRITTEN}\n[PLAN END]\nWhy? 1. pick-up a: a is clear.\n2. stack a b: so."
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_steps_in_a_fence_count_more_than_those_in_the_text_behind(blocks: Lexicon):
    text = f"```\n{WRITTEN}\n```\nThe key step is:\n(stack a b)"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_closed_block_counts_more_than_one_that_was_cut_off_behind_it(blocks: Lexicon):
    text = f"[PLAN]\n{WRITTEN}\n[PLAN END]\n[PLAN]\n(pick-up c)"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_block_that_is_cut_off_is_read_where_there_is_no_other(blocks: Lexicon):
    assert steps(read_answer(f"[PLAN]\n{WRITTEN}", blocks).plan) == PLAN


def test_a_correction_takes_back_what_stands_before_it(blocks: Lexicon):
    text = f"```\n(pick-up c)\n```\nWait, that is not right. Corrected:\n\n{WRITTEN}"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_correction_without_a_plan_behind_it_takes_nothing_back(blocks: Lexicon):
    text = f"{WRITTEN}\nWait, was b clear? It was."
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_numbered_list_goes_on_through_explanations(blocks: Lexicon):
    text = "1. Pick up a:\n   - The plan begins here.\n\n2. Stack a on b:\n   - The final step."
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_list_that_begins_at_one_again_is_another_plan(blocks: Lexicon):
    text = "1. (pick-up c)\n2. (stack c d)\n\nThe same again:\n1. (pick-up a)\n2. (stack a b)"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_list_written_again_in_another_notation_is_read_once(blocks: Lexicon):
    text = (
        "1. (pick-up a)\n2. (stack a b)\n\nIn PDDL:\n\n(:plan\n    (pick-up a)\n    (stack a b)\n)"
    )
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_an_explanation_of_a_plan_is_not_read_as_the_plan(blocks: Lexicon):
    text = f"{WRITTEN}\n\n**Explanation:**\n1. Pick up a: it is clear.\n2. Stack a on b: done."
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_the_final_arrangement_is_not_read_as_a_plan(blocks: Lexicon):
    text = "1. Pick up a\n2. Stack a on b\n\nFinal arrangement:\n- Stack 1: a, b\n- Stack 2: c"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_list_in_a_shorthand_of_the_models_own_is_not_complete(blocks: Lexicon):
    text = "1. Pick up the red block (R)\n2. Stack the red block on the blue block\n\nSummary:\n"
    text += "1. Pickup(R)\n2. Stack(R, B)"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_a_step_said_twice_in_two_notations_is_one_step(blocks: Lexicon):
    text = "1. Pick up the red block\n   (pick-up a)\n2. Stack it: see below\n   (stack a b)"
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_state_tracking_between_the_steps_is_passed_over(blocks: Lexicon):
    text = (
        "1. Current State: the red block is clear, the hand is empty\n"
        "   Action: pick up the red block\n"
        "   Reason: The above action is applicable because its preconditions hold.\n"
        "   Resulting State: the hand is holding the red block\n\n"
        "2. Current State: the hand is holding the red block\n"
        "   Action: stack the red block on top of the blue block\n"
        "   Resulting State: the red block is on top of the blue block\n\n"
        "Final State: the red block is on top of the blue block\n"
        "The goal conditions are satisfied. Hence, the above plan is valid.\n[PLAN END]"
    )
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_what_follows_the_statement_of_another_task_is_not_read(blocks: Lexicon):
    text = (
        f"{WRITTEN}\n[PLAN END]\n\n[STATEMENT]\nNow c is on d.\n[PLAN]\n(unstack c d)\n[PLAN END]"
    )
    assert steps(read_answer(text, blocks).plan) == PLAN


def test_facts_and_pddl_that_is_quoted_are_no_steps(blocks: Lexicon):
    text = (
        f"(define (problem p)\n (:init (on a b)\n (clear a))\n (:goal (and (on b a))))\n{WRITTEN}"
    )
    reading = read_answer(text, blocks)
    assert steps(reading.plan) == PLAN
    assert reading.unread == ()


def test_the_steps_of_a_comment_are_read_where_there_are_no_others(blocks: Lexicon):
    assert steps(read_answer("; (pick-up a)\n; (stack a b)", blocks).plan) == PLAN
    assert steps(read_answer(f"; (pick-up c)\n{WRITTEN}", blocks).plan) == PLAN


def test_steps_named_in_a_sentence_are_read_where_there_are_no_others(blocks: Lexicon):
    passing = "One may (pick-up c), and then (stack c d) is possible."
    assert steps(read_answer(passing, blocks).plan) == ["(pick-up c)", "(stack c d)"]
    assert steps(read_answer(f"{passing}\n{WRITTEN}", blocks).plan) == PLAN


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("(pickle-up a)", "(pickle-up a)"),
        ("(stack a z)", "(stack a z)"),
        ("(stack a b c)", "(stack a b c)"),
        ("stack(a)", "(stack a)"),
    ],
    ids=["unknown action", "unknown object", "too many arguments", "too few arguments"],
)
def test_a_wrong_step_is_a_step_for_the_verifier_to_judge(blocks: Lexicon, line: str, step: str):
    reading = read_answer(f"{WRITTEN}\n{line}", blocks)
    assert steps(reading.plan) == [*PLAN, step]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("(stack a b", "the parenthesis is not closed"),
        ("(stack ?x b)", "a step names objects; it has no variables"),
        ("Stack the red block on the table", "`stack` takes 2 objects of the task"),
        ("3. Do something clever", "this item of the list is no step of the task"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(
    blocks: Lexicon, line: str, reason: str
):
    reading = read_answer(f"Plan:\n1. (pick-up a)\n2. (stack a b)\n{line}", blocks)
    assert steps(reading.plan) == PLAN
    (unread,) = reading.unread
    assert (unread.line, unread.text) == (4, line)
    assert reason in unread.reason


def test_a_stray_line_in_a_fence_is_told(blocks: Lexicon):
    reading = read_answer(f"```\n{WRITTEN}\nfrobnicate everything\n```", blocks)
    assert steps(reading.plan) == PLAN
    assert [unread.line for unread in reading.unread] == [4]


def test_a_long_line_is_quoted_cut(blocks: Lexicon):
    (unread,) = read_answer(f"{WRITTEN}\n(stack a {'b' * 1000}", blocks).unread
    assert len(unread.text) == 120
    assert unread.text.endswith("…")


def test_of_many_lines_that_cannot_be_read_the_last_told_counts_the_others(blocks: Lexicon):
    reading = read_answer(f"{WRITTEN}\n" + "(stack a\n" * 70, blocks)
    assert len(reading.unread) == 50
    assert reading.unread[-1].reason.endswith("; 20 more lines could not be read")


def test_lines_are_numbered_in_the_text_as_given(blocks: Lexicon):
    text = f"<think>\nlong\n</think>\n\n```\n{WRITTEN}\n(stack a\n```"
    assert [unread.line for unread in read_answer(text, blocks).unread] == [8]


def test_an_answer_without_a_plan_has_none(blocks: Lexicon):
    reading = read_answer("I would rather talk about the weather.", blocks)
    assert reading.plan is None
    assert not reading.claims_unsolvable


@pytest.mark.parametrize("text", ["", "\n \n", "```\n```", "[PLAN]", "()()", "1.\n2.\n"])
def test_nothing_is_not_an_empty_plan(blocks: Lexicon, text: str):
    assert read_answer(text, blocks).plan is None


def test_times_and_durations_are_read():
    lexicon = Lexicon(actions={"move": 2}, objects=["a", "b"])
    plan = read_answer("0.000: (move a b) [1.500]\n1.501: (MOVE B A)  [2]", lexicon).plan
    assert plan is not None
    assert [(str(s), float(s.start or 0), float(s.duration or 0)) for s in plan.steps] == [
        ("(move a b)", 0.0, 1.5),
        ("(move b a)", 1.501, 2.0),
    ]


def test_the_end_of_an_answer_past_the_bound_is_read_and_the_rest_is_told(blocks: Lexicon):
    text = "Let me think about it for a while.\n" * 90_000 + WRITTEN + "\n(stack a"
    reading = read_answer(text, blocks)
    assert steps(reading.plan) == PLAN
    passed, broken = reading.unread
    assert passed.line == 1
    assert "the last 19999" in passed.reason
    assert broken.line == 90_003
