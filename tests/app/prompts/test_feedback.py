"""What an attempt is told at each level: the truth, and no more than the level allows."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modulo.attempt import Attempt, Feedback, Unread
from app.modulo.critique import Critique, Opinion
from app.prompts.feedback import MOST_FLAWS, fluents, tell
from app.prompts.lexicon import NaturalSpeech, PddlSpeech, Speech
from planners import Plan, Step, Task, Valid
from planners.pddl import read_task

Make = Callable[..., Attempt]

SOLVING = "(unstack c a)(put-down c)(pick-up b)(stack b c)(pick-up a)(stack a b)"
TOLD = [level for level in Feedback if level is not Feedback.NONE]


def told(task: Task, attempt: Attempt, feedback: Feedback, *earlier: Attempt) -> str:
    return tell(task, attempt, (*earlier, attempt), feedback, PddlSpeech())


def test_nothing_is_told_at_the_level_none(blocks: Task, make_attempt: Make) -> None:
    assert told(blocks, make_attempt(blocks, "(pick-up a)"), Feedback.NONE) == ""


def test_binary_feedback_tells_that_the_plan_is_wrong_and_no_step(
    blocks: Task, make_attempt: Make
) -> None:
    said = told(blocks, make_attempt(blocks, "(pick-up a)"), Feedback.BINARY)
    assert said == "The plan does not solve the problem."


def test_the_state_and_the_open_goals_are_told_where_execution_stops(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "(unstack c a)(stack c c)")
    first, *rest = told(blocks, attempt, Feedback.FIRST_FLAW_AND_STATE).splitlines()
    assert first == "The plan does not solve the problem."
    assert rest == [
        "Step 2, (stack c c), cannot be executed. Conditions that must hold before it and do "
        "not: (clear c) (undone by step 1).",
        "Before step 2 this holds: (clear a); (clear b); (holding c); (on-table a); (on-table b).",
        "Parts of the goal that do not hold there: (on a b); (on b c).",
    ]


def test_a_wrong_name_further_on_does_not_hide_why_execution_stops_before_it(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "(pick-up a)(fly c)")
    assert "Step 1" not in told(blocks, attempt, Feedback.FIRST_FLAW)
    said = told(blocks, attempt, Feedback.FIRST_FLAW_AND_STATE).splitlines()
    assert [line.split(",")[0] for line in said[1:3]] == ["Step 2", "Step 1"]
    assert said[3].startswith("In the initial state this holds: ")


def test_a_goal_that_holds_where_execution_stops_is_said_to_hold(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, SOLVING + "(put-down c)")
    assert told(blocks, attempt, Feedback.FIRST_FLAW_AND_STATE).endswith(
        "\nThe whole goal holds there."
    )


def test_all_flaws_says_which_steps_were_left_out_to_find_more(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "(pick-up a)(stack a b)(unstack c a)")
    assert told(blocks, attempt, Feedback.ALL_FLAWS).splitlines()[2:] == [
        "If step 1 is left out, step 2, (stack a b), cannot be executed. Conditions that must "
        "hold before it and do not: (holding a).",
        "If steps 1 and 2 are left out, all others can be executed. Parts of the goal that do "
        "not hold at the end then: (on a b); (on b c).",
    ]


def test_all_flaws_says_so_when_the_remaining_steps_solve_the_problem(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "(put-down c)" + SOLVING)
    assert told(blocks, attempt, Feedback.ALL_FLAWS).endswith(
        "\nIf step 1 is left out, the others solve the problem."
    )


def test_a_long_list_of_flaws_is_cut_and_says_so(blocks: Task, make_attempt: Make) -> None:
    many = told(blocks, make_attempt(blocks, "(fly c)" * 50), Feedback.ALL_FLAWS)
    assert f"{50 - MOST_FLAWS} more flaws were found and are not listed." in many
    deep = told(blocks, make_attempt(blocks, "(put-down a)" * 50), Feedback.ALL_FLAWS)
    assert deep.endswith("Whether there are further flaws was not looked into.")
    assert len(many.splitlines()) < 13 > len(deep.splitlines())


@pytest.mark.parametrize("level", TOLD)
def test_a_claim_that_the_problem_is_impossible_is_answered_as_unproven(
    blocks: Task, make_attempt: Make, level: Feedback
) -> None:
    said = told(blocks, make_attempt(blocks, None, claims_unsolvable=True), level)
    assert "That is not proven" in said
    assert said.endswith("give a plan.")


def test_lines_that_could_not_be_read_are_quoted(blocks: Task, make_attempt: Make) -> None:
    unread = (
        Unread(line=3, text='stack "a"\non b', reason="expected parentheses"),
        Unread(line=4, text="then b", reason="expected parentheses"),
    )
    attempt = make_attempt(blocks, "(unstack c a)", unread=unread)
    assert "Line" not in told(blocks, attempt, Feedback.BINARY)
    first = told(blocks, attempt, Feedback.FIRST_FLAW).splitlines()
    assert first[1:4] == [
        r'Line 3 of the answer, "stack \"a\"\non b", could not be read: expected parentheses.',
        "1 more line could not be read.",
        "What follows is about the steps that could be read.",
    ]
    assert 'Line 4 of the answer, "then b"' in told(blocks, attempt, Feedback.ALL_FLAWS)


def test_an_answer_without_a_plan_is_told_so_and_whether_it_was_cut_off(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, None, finish_reason="length")
    assert told(blocks, attempt, Feedback.FIRST_FLAW).splitlines() == [
        "The answer holds no plan that could be read.",
        "The answer was cut off where it reached its greatest length.",
    ]


def test_a_repeated_plan_is_told_so(blocks: Task, make_attempt: Make) -> None:
    first = make_attempt(blocks, "(pick-up a)", number=1)
    again = make_attempt(blocks, "(pick-up a)", number=2)
    assert "already rejected" in told(blocks, again, Feedback.BINARY, first)
    assert "already rejected" not in told(blocks, first, Feedback.BINARY, again)


def test_a_valid_plan_that_a_hard_critic_rejects_is_told_both(
    blocks: Task, make_attempt: Make
) -> None:
    critiques = (
        Critique(critic="taste", hard=False, opinion=Opinion.REJECT, message="too long."),
        Critique(critic="cost_bound", hard=True, opinion=Opinion.REJECT, message="it costs 6."),
        Critique(critic="silent", hard=True, opinion=Opinion.ABSTAIN, message="no answer"),
    )
    attempt = make_attempt(blocks, SOLVING, critiques=critiques)
    assert isinstance(attempt.verdict, Valid)
    gist = "The plan is valid: it can be executed and reaches the goal. It is still not accepted."
    assert told(blocks, attempt, Feedback.BINARY) == gist
    assert told(blocks, attempt, Feedback.FIRST_FLAW).splitlines() == [
        gist,
        "Why it is not accepted: it costs 6.",
        "Advice, not a requirement: too long.",
    ]


def test_only_predicates_that_effects_name_can_change(museum: Task) -> None:
    assert fluents(museum) == {"at", "alarm", "loaded", "sealed", "seen"}


WORDS = st.sampled_from(["push", "load", "seal", "look", "silence", "fly", "[PLAN END]", "a\nb"])
OBJECTS = st.sampled_from(["vase", "box", "cart", "hall", "attic", "vault", "nowhere", '"'])
STEPS = st.builds(Step, action=WORDS, arguments=st.lists(OBJECTS, max_size=3).map(tuple))
APPLICABLE = st.sampled_from(
    [
        Step(action="seal", arguments=("box",)),
        Step(action="silence"),
        Step(action="push", arguments=("cart", "hall", "attic")),
        Step(action="load", arguments=("box", "cart", "attic")),
    ]
)
PLANS = st.lists(STEPS | APPLICABLE, max_size=8).map(lambda steps: Plan(steps=tuple(steps)))
UNREAD = st.lists(
    st.builds(Unread, line=st.integers(1, 99), text=st.text(), reason=st.text()), max_size=3
).map(tuple)


@given(plan=st.none() | PLANS, unread=UNREAD, claims=st.booleans(), natural=st.booleans())
def test_each_level_says_all_that_the_level_below_says(
    museum: Task,
    make_attempt: Make,
    plan: Plan | None,
    unread: tuple[Unread, ...],
    claims: bool,
    natural: bool,
) -> None:
    attempt = make_attempt(museum, plan, unread=unread, claims_unsolvable=claims)
    speech: Speech = NaturalSpeech(read_task(museum)) if natural else PddlSpeech()
    said = {
        level: tell(museum, attempt, (attempt,), level, speech).splitlines() for level in Feedback
    }
    assert said[Feedback.NONE] == []
    assert len(said[Feedback.BINARY]) == 1
    assert not re.search(r"[Ss]teps? \d", said[Feedback.BINARY][0])
    assert set(said[Feedback.BINARY]) <= set(said[Feedback.FIRST_FLAW])
    assert not any(" this holds: " in line for line in said[Feedback.FIRST_FLAW])
    assert set(said[Feedback.FIRST_FLAW]) <= set(said[Feedback.FIRST_FLAW_AND_STATE])
    counted = re.compile(r"\d+ more lines? could not be read\.")
    first = {line for line in said[Feedback.FIRST_FLAW] if not counted.fullmatch(line)}
    assert first <= set(said[Feedback.ALL_FLAWS])
