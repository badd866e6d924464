"""A bare plan is read at once, and as the reader of all answers would have read it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.modulo.attempt import Reading
from app.reading import Lexicon, read_answer
from app.reading.answer import read_fully
from app.reading.plain import read_plain

# Names that mean something else in a line: words that open lists, numbers, letters of items.
LEXICON = Lexicon(
    actions={
        "noop": 0,
        "end": 0,
        "pick-up": 1,
        "i": 1,
        "plan": 1,
        "move": 2,
        "and": 2,
        "2nd": 1,
        "then": 1,
        "move-3-4": 2,
        "on": 2,
        "step": 1,
    },
    objects=["a", "b", "i", "x1", "1", "10", "on-1", "then", "plan", "3", "step", "no-plan"],
    aliases={"red block": "a", "blue": "b"},
    predicates=["on", "clear", "move"],
)
NAMES = sorted({*LEXICON.actions, *LEXICON.objects})
LINES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(
    lambda words: f"({' '.join(words)})"
)
PLAIN_LINES = st.sampled_from(sorted(LEXICON.actions)).flatmap(
    lambda action: st.lists(
        st.sampled_from(sorted(LEXICON.objects)),
        min_size=LEXICON.actions[action],
        max_size=LEXICON.actions[action],
    ).map(lambda arguments: f"({' '.join([action, *arguments])})")
)
ENDS = st.sampled_from(["", "", "", " ", "\n", "\n\n", "\r\n", " (", ")", " 1", "-"])
BARE = st.lists(PLAIN_LINES, min_size=1, max_size=8).map("\n".join)
MIXED = st.lists(st.tuples(PLAIN_LINES | PLAIN_LINES | LINES, ENDS), max_size=8).map(
    lambda lines: "\n".join(line + end for line, end in lines)
)


@given(BARE | MIXED)
@example("(pick-up a)\n(move a b)")
@example("(noop)\n\n(noop)\n")
@example("(plan a)\n(pick-up a)")
@example("(2nd a)")
@example("(i i)\n(i i)")
def test_a_bare_plan_is_read_as_any_answer_would_be(text):
    text = text.replace("\r\n", "\n")
    plan = read_plain(text, LEXICON)
    assert plan is None or Reading(plan=plan) == read_fully(text, LEXICON)
    assert read_answer(text, LEXICON) == read_fully(text, LEXICON)


@given(st.text(alphabet="(()) \n-_ab1i", max_size=40))
def test_what_only_resembles_a_bare_plan_is_read_as_any_answer_would_be(text):
    plan = read_plain(text, LEXICON)
    assert plan is None or Reading(plan=plan) == read_fully(text, LEXICON)


@pytest.mark.parametrize("text", ["(pick-up a)", "(pick-up a)\n(stack a b)\n", "(pick-up a)\n\n"])
def test_a_bare_plan_needs_no_judgement(blocks: Lexicon, text):
    assert read_plain(text, blocks) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "()",
        "(pick-up a) ",
        "1. (pick-up a)",
        "(Pick-Up a)",
        "(pickup a)",
        "(pick-up  a)",
        "(pick-up a b)",
        "(pick-up e)",
        "(pick-up a) (pick-up b)",
        "(pick-up a)\nDone.",
        "((pick-up a)",
        "0: (pick-up a)",
        "(pick-up a) ; first",
    ],
)
def test_whatever_is_not_plain_is_left_to_the_reader_of_all_answers(blocks: Lexicon, text):
    assert read_plain(text, blocks) is None
