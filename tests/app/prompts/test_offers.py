"""Offers are told with the flaw, in the words of the prompt, and as offers."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modulo.attempt import Ask, Attempt, Feedback, History
from app.modulo.critique import Critique
from app.modulo.offer import Kind, Offer
from app.prompts.feedback import tell
from app.prompts.lexicon import NaturalSpeech, PddlSpeech
from app.prompts.offers import critique_of, offer_in_words
from app.prompts.task_wording import TaskWording
from planners import Literal, Step, Task, read_plan
from planners.pddl import read_task

Make = Callable[..., Attempt]
FACTS = Offer(kind=Kind.FACTS, place=0, facts=(Literal("clear", ("a",)), Literal("on", ("a", "b"))))
INSERT = Offer(kind=Kind.INSERT, place=0, steps=read_plan("(unstack c a)").steps)


def critique(offer: Offer) -> Critique:
    return critique_of("helper", offer, seconds=0.0)


@pytest.mark.parametrize(
    "level", [Feedback.FIRST_FLAW, Feedback.FIRST_FLAW_AND_STATE, Feedback.ALL_FLAWS]
)
def test_offers_are_told_behind_the_flaw(blocks: Task, make_attempt: Make, level: Feedback) -> None:
    plain = make_attempt(blocks, "(pick-up a)")
    helped = replace(plain, critiques=(critique(FACTS), critique(INSERT)))
    without, said = (
        tell(blocks, each, (each,), level, PddlSpeech()).splitlines() for each in (plain, helped)
    )
    assert said[: len(without)] == without
    assert said[len(without) :] == [
        "From step 1 on, every way to the goal has to make these true at one time or another: "
        "(clear a); (on a b).",
        "A way to go on, which need not lead to the goal: put (unstack c a) at the beginning.",
    ]


@pytest.mark.parametrize("level", [Feedback.NONE, Feedback.BINARY])
def test_below_the_flaw_nothing_is_offered(
    blocks: Task, make_attempt: Make, level: Feedback
) -> None:
    attempt = make_attempt(blocks, "(pick-up a)", critiques=(critique(FACTS),))
    assert "way to the goal" not in tell(blocks, attempt, (attempt,), level, PddlSpeech())


def test_facts_are_said_in_the_words_of_the_prompt(blocks: Task) -> None:
    said = offer_in_words(FACTS, NaturalSpeech(read_task(blocks)))
    assert said.endswith("clear a; a is on b.")


@pytest.mark.parametrize("variant", ["pddl", "natural"])
def test_a_prompt_tells_the_offer_of_the_attempt_that_it_goes_back_to(
    blocks: Task, make_attempt: Make, variant: str
) -> None:
    helped = make_attempt(blocks, "(pick-up a)", critiques=(critique(INSERT),))
    ask = Ask(
        proposer="model",
        after=1,
        feedback=Feedback.FIRST_FLAW,
        history=History.LAST,
        variant=variant,
    )
    prompt = TaskWording().word(blocks, ask, (helped,))
    assert "put (unstack c a) at the beginning" in prompt.messages[-1].content


@given(
    kind=st.sampled_from(Kind),
    place=st.integers(0, 99),
    names=st.lists(st.text(max_size=400), max_size=5),
    more=st.integers(0, 9),
)
def test_an_offer_of_any_names_stays_on_one_short_line(
    kind: Kind, place: int, names: list[str], more: int
) -> None:
    offer = Offer(
        kind=kind,
        place=place,
        steps=tuple(Step(action="go", arguments=(name,)) for name in names),
        facts=tuple(Literal("at", (name,)) for name in names),
        more=more,
    )
    said = offer_in_words(offer, PddlSpeech())
    assert len(said.splitlines()) == 1
    assert len(said) < 3_000
