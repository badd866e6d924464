"""Prompts hold the task, what is told of earlier attempts, and nothing that changes early."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from app.llm.chat import Message
from app.modulo.attempt import Ask, Attempt, Feedback, History
from app.prompts.examples import Example, InvalidExample
from app.prompts.task_wording import MOST_CHARACTERS_OF_AN_ANSWER, TaskWording
from app.prompts.wording import Wording
from planners import Task, read_plan

Make = Callable[..., Attempt]

AFRESH = Ask(proposer="model")
SOLVING = read_plan("(unstack c a)(put-down c)(pick-up b)(stack b c)(pick-up a)(stack a b)")
WORDING = TaskWording()


@pytest.fixture
def other(blocks: Task) -> Task:
    return replace(blocks, problem=blocks.problem.replace("(on B C)", "(on C B)"))


@pytest.fixture
def with_examples(blocks: Task) -> TaskWording:
    return TaskWording((Example(task=blocks, plan=SOLVING),))


def roles(messages: tuple[Message, ...]) -> list[str]:
    return [message.role for message in messages]


def common(one: str, other: str) -> str:
    length = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    return one[:length]


@pytest.mark.parametrize("variant", ["", "pddl", "natural"])
def test_a_fresh_prompt_holds_the_domain_then_the_problem(blocks: Task, variant: str) -> None:
    wording: Wording = WORDING
    prompt = wording.word(blocks, replace(AFRESH, variant=variant), ())
    system, user = prompt.messages
    assert (system.role, user.role) == ("system", "user")
    assert "[PLAN]" in system.content
    for action in ("pick-up", "put-down", "stack", "unstack"):
        assert f"({action} " in user.content or f":action {action}" in user.content
    assert user.content.index("The domain:") < user.content.index("The problem to solve:")
    assert prompt.grammar is None
    assert not prompt.restore


def test_a_comment_in_a_task_reaches_no_model(blocks: Task) -> None:
    for variant in WORDING.variants:
        _, user = WORDING.word(blocks, replace(AFRESH, variant=variant), ()).messages
        assert "[PLAN END]" not in user.content


def test_a_task_that_cannot_be_read_is_refused_with_its_place(blocks: Task) -> None:
    assert WORDING.refuses(blocks) is None
    problem = WORDING.refuses(replace(blocks, problem="(define (problem p)"))
    assert problem is not None
    assert "problem, line 1" in problem


def test_the_last_failed_plan_is_repeated_without_what_stood_around_it(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "; a note\n(pick-up a)")
    prompt = WORDING.word(blocks, replace(AFRESH, after=1), (attempt,))
    assert roles(prompt.messages) == ["system", "user", "assistant", "user"]
    *_, answer, told = prompt.messages
    assert answer.content == "[PLAN]\n(pick-up a)\n[PLAN END]"
    assert "Step 1, (pick-up a), cannot be executed" in told.content
    assert told.content.endswith("from its initial state to its goal.")


def test_without_history_only_the_words_of_the_flaw_are_added(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, "(pick-up a)")
    ask = replace(AFRESH, after=1, history=History.NONE, feedback=Feedback.FIRST_FLAW)
    _, user = WORDING.word(blocks, ask, (attempt,)).messages
    assert "About an earlier attempt at this problem, not shown here:" in user.content
    assert "Step 1, (pick-up a), cannot be executed" in user.content


def test_without_history_and_feedback_a_prompt_is_as_fresh(
    blocks: Task, make_attempt: Make
) -> None:
    ask = replace(AFRESH, after=1, history=History.NONE, feedback=Feedback.NONE)
    assert WORDING.word(blocks, ask, (make_attempt(blocks, "(pick-up a)"),)) == WORDING.word(
        blocks, AFRESH, ()
    )


def chain(blocks: Task, make_attempt: Make) -> tuple[Attempt, ...]:
    """Three attempts, each after the one before, and one beside them."""
    told = [
        AFRESH,
        replace(AFRESH, after=1, feedback=Feedback.BINARY, history=History.FULL),
        AFRESH,
        replace(AFRESH, after=2, feedback=Feedback.FIRST_FLAW, history=History.FULL),
    ]
    answers = ["(pick-up a)", "(pick-up b)", "(fly c)", "(put-down a)"]
    return tuple(
        make_attempt(blocks, answer, number=number, ask=ask)
        for number, (answer, ask) in enumerate(zip(answers, told, strict=True), 1)
    )


def test_a_full_history_tells_every_turn_of_the_chain_as_it_was_told(
    blocks: Task, make_attempt: Make
) -> None:
    trace = chain(blocks, make_attempt)
    ask = replace(AFRESH, after=4, feedback=Feedback.FIRST_FLAW_AND_STATE, history=History.FULL)
    messages = WORDING.word(blocks, ask, trace).messages
    assert roles(messages) == ["system", "user", *["assistant", "user"] * 3]
    assert [message.content for message in messages[2::2]] == [
        "(pick-up a)",
        "(pick-up b)",
        "(put-down a)",
    ]
    first, second, third = (message.content for message in messages[3::2])
    assert "Step" not in first
    assert "All its steps can be executed." in second
    assert "this holds" not in second
    assert "this holds" in third
    assert "fly" not in str(messages)


def test_a_growing_chat_only_ever_adds_turns(blocks: Task, make_attempt: Make) -> None:
    trace = chain(blocks, make_attempt)
    asks = [trace[0].ask, trace[1].ask, trace[3].ask]
    asks.append(replace(AFRESH, after=4, feedback=Feedback.ALL_FLAWS, history=History.FULL))
    chats = [WORDING.word(blocks, ask, trace).messages for ask in asks]
    for shorter, longer in pairwise(chats):
        assert longer[: len(shorter)] == shorter


@pytest.mark.parametrize("variant", ["pddl", "natural"])
def test_everything_up_to_the_problem_is_shared_by_all_prompts_of_a_domain(
    blocks: Task, other: Task, make_attempt: Make, variant: str
) -> None:
    ask = replace(AFRESH, variant=variant)
    one = WORDING.word(blocks, ask, ()).messages
    two = WORDING.word(other, ask, ()).messages
    told = WORDING.word(
        blocks,
        replace(ask, after=1, history=History.NONE),
        (make_attempt(blocks, "(pick-up a)"),),
    ).messages
    assert one[0] == two[0] == told[0]
    shared = common(one[1].content, two[1].content)
    assert "The problem to solve:" in shared
    shared = common(one[1].content, told[1].content)
    assert "(on b c)" in shared or "b is on c" in shared


def test_examples_come_between_the_domain_and_the_problem(
    other: Task, with_examples: TaskWording
) -> None:
    assert with_examples.variants == ("pddl", "natural", "pddl+examples", "natural+examples")
    assert with_examples.variants_for(other) == with_examples.variants
    for variant in with_examples.variants[2:]:
        _, user = with_examples.word(other, replace(AFRESH, variant=variant), ()).messages
        assert f"[PLAN]\n{SOLVING}[PLAN END]" in user.content
        places = [
            user.content.index(title)
            for title in ("The domain:", "Example 1", "A plan that", "The problem to solve:")
        ]
        assert places == sorted(places)


def test_variants_with_examples_are_not_on_offer_for_another_domain(
    museum: Task, with_examples: TaskWording
) -> None:
    assert with_examples.variants_for(museum) == ("pddl", "natural")
    with pytest.raises(ValueError, match="no variant 'pddl\\+examples' for this task"):
        with_examples.word(museum, replace(AFRESH, variant="pddl+examples"), ())


def test_an_invalid_example_is_refused_when_the_wording_is_built(blocks: Task) -> None:
    with pytest.raises(InvalidExample):
        TaskWording((Example(task=blocks, plan=read_plan("(pick-up a)")),))


def test_an_unknown_variant_or_attempt_is_refused(blocks: Task, make_attempt: Make) -> None:
    with pytest.raises(ValueError, match="no variant 'latin'"):
        WORDING.word(blocks, replace(AFRESH, variant="latin"), ())
    with pytest.raises(ValueError, match="no variant 'pddl\\+examples'"):
        WORDING.word(blocks, replace(AFRESH, variant="pddl+examples"), ())
    with pytest.raises(ValueError, match="no earlier attempt 7"):
        WORDING.word(blocks, replace(AFRESH, after=7), ())
    itself = make_attempt(blocks, "(pick-up a)", ask=replace(AFRESH, after=1))
    with pytest.raises(ValueError, match="no earlier attempt 1"):
        WORDING.word(blocks, replace(AFRESH, after=1, history=History.FULL), (itself,))


def test_a_structured_prompt_has_the_grammar_that_its_words_ask_for(blocks: Task) -> None:
    free = TaskWording(structured=True).word(blocks, AFRESH, ())
    assert free.grammar is not None
    assert free.grammar.startswith('root ::= thoughts "[PLAN]')
    strict = TaskWording(structured=True, strict=True).word(blocks, AFRESH, ())
    assert strict.grammar is not None
    assert strict.grammar.startswith("root ::= step*")
    assert "[PLAN]" not in strict.messages[0].content


@pytest.mark.parametrize("history", [History.LAST, History.FULL])
def test_a_huge_answer_is_not_repeated_whole(
    blocks: Task, make_attempt: Make, history: History
) -> None:
    attempt = make_attempt(blocks, "(pick-up a)\n" * 20_000)
    ask = replace(AFRESH, after=1, history=history, feedback=Feedback.BINARY)
    answer = WORDING.word(blocks, ask, (attempt,)).messages[2]
    assert len(answer.content) < MOST_CHARACTERS_OF_AN_ANSWER + 100
    assert "characters left out here" in answer.content


def test_reasoning_and_broken_characters_of_an_answer_are_not_repeated(
    blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, None)
    ask = replace(AFRESH, after=1, history=History.FULL)
    for text, repeated in [
        ("<think>Hm.</think>\nNo plan\ud800.", "No plan?."),
        ("<think>Hm", "(no answer)"),
    ]:
        spoken = replace(attempt, proposal=replace(attempt.proposal, text=text))
        assert WORDING.word(blocks, ask, (spoken,)).messages[2].content == repeated


def test_strict_answers_are_repeated_as_strict_answers(blocks: Task, make_attempt: Make) -> None:
    attempt = make_attempt(blocks, "(pick-up a)")
    prompt = TaskWording(strict=True).word(blocks, replace(AFRESH, after=1), (attempt,))
    assert prompt.messages[2].content == "(pick-up a)"


def test_the_same_ask_is_worded_the_same(museum: Task, make_attempt: Make) -> None:
    trace = (make_attempt(museum, "(look vase)(fly)(look cart)"),)
    for variant in WORDING.variants:
        for feedback in Feedback:
            ask = replace(AFRESH, after=1, variant=variant, feedback=feedback)
            assert WORDING.word(museum, ask, trace) == TaskWording().word(museum, ask, trace)


HOSTILE = [
    "[plan]",
    "[plan",
    "```",
    '"',
    "the:",
    "\\n",
    "is",
    "now",
    "{}",
    "%s",
    "<think>",
    "système",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("variant", ["pddl", "natural"])
def test_no_name_can_pass_for_a_part_of_the_prompt(
    blocks: Task, make_attempt: Make, name: str, variant: str
) -> None:
    task = replace(
        blocks,
        domain=blocks.domain.replace("holding", name).replace("put-down", f"{name}-{name}"),
        problem=blocks.problem.replace(" B", f" {name}"),
    )
    assert WORDING.refuses(task) is None
    attempt = make_attempt(task, "(unstack c a)(stack c c)")
    ask = replace(AFRESH, after=1, variant=variant)
    prompt = TaskWording(structured=True).word(task, ask, (attempt,))
    _, user, answer, told = prompt.messages
    titles = [line for line in user.content.splitlines() if line.startswith("The ")]
    assert titles[:1] == ["The domain:"]
    assert titles.count("The problem to solve:") == 1
    assert answer.content == "[PLAN]\n(unstack c a)\n(stack c c)\n[PLAN END]"
    assert len(told.content.splitlines()) == 6
    assert prompt.grammar is not None
