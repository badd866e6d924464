"""Steps in words."""

import pytest

from app.reading import Lexicon
from app.reading.spoken import read_spoken


def spoken(text: str, lexicon: Lexicon) -> list[str]:
    return [str(step) for step in read_spoken(text, lexicon).steps]


@pytest.mark.parametrize(
    "text",
    [
        "unstack a b",
        "UNSTACK A B",
        "Unstack A from B.",
        "unstack a, b",
        "unstack the red block from on top of the blue block",
        "Unstack red from blue",
        "unstack block a from block b",
        "Next, unstack the red block (which is clear) from the blue block.",
        "Then unstack the red block from the blue block to free the orange block",
        "Unstack the red block from the blue block: this frees the blue block.",
        "Unstack a from b, since b is needed next",
    ],
)
def test_a_sentence_that_names_action_and_objects_in_order_is_a_step(blocks: Lexicon, text: str):
    assert spoken(text, blocks) == ["(unstack a b)"]


@pytest.mark.parametrize("text", ["pick up a", "Pickup a", "pick_up a", "Pick a up", "pick-up A."])
def test_the_words_of_an_action_may_be_written_in_any_way(blocks: Lexicon, text: str):
    assert spoken(text, blocks) == ["(pick-up a)"]


def test_the_words_of_an_action_may_stand_apart(logistics: Lexicon):
    assert spoken("Load package_0 into truck_0 at location_0_1.", logistics) == [
        "(load-truck p0 t0 l0-1)"
    ]
    assert spoken("load p0 into the airplane a0 at l0-0", logistics) == [
        "(load-airplane p0 a0 l0-0)"
    ]


def test_a_word_may_belong_to_the_action_and_to_an_object(logistics: Lexicon):
    assert spoken("drive truck 0 from location 0 0 to location 0 1 in city 0", logistics) == [
        "(drive-truck t0 l0-0 l0-1 c0)"
    ]


def test_an_action_that_could_be_several_is_told(logistics: Lexicon):
    found = read_spoken("load p0 into it", logistics)
    assert found.steps == ()
    assert found.suspect == "it could be any of `load-truck`, `load-airplane`"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Pick up a block", []),
        ("Pick up a", ["(pick-up a)"]),
        ("Stack a on b", ["(stack a b)"]),
        ("Stack a block a on a block b", ["(stack a b)"]),
        ("Put a down", ["(put-down a)"]),
    ],
)
def test_the_article_is_told_from_an_object_called_a(blocks: Lexicon, text: str, steps: list[str]):
    assert spoken(text, blocks) == steps


def test_several_steps_may_share_a_line(blocks: Lexicon):
    assert spoken("Pick up c, then stack it on d and pick up a.", blocks) == [
        "(pick-up c)",
        "(stack c d)",
        "(pick-up a)",
    ]


def test_one_object_too_many_is_left_to_the_verifier(blocks: Lexicon):
    assert spoken("Put down the red block on top of the blue block", blocks) == ["(put-down a b)"]


@pytest.mark.parametrize(
    "text",
    [
        "Stack the red block on the purple one",
        "Unstack the red block from the table",
        "Put down the block",
    ],
)
def test_an_action_with_too_few_objects_is_suspect(blocks: Lexicon, text: str):
    found = read_spoken(text, blocks)
    assert found.steps == ()
    assert "fewer are named" in found.suspect


@pytest.mark.parametrize(
    "text",
    [
        "The red block is on top of the blue block.",
        "I pick up the red block",
        "Stack a on b requires that b is clear",
        "Because a is on b, unstack a from b",
        "",
        "...",
    ],
)
def test_a_sentence_about_the_world_is_no_step(blocks: Lexicon, text: str):
    found = read_spoken(text, blocks)
    assert found.steps == ()
    assert found.suspect == ""


def test_phrases_name_actions_too():
    lexicon = Lexicon(actions={"unstack": 2}, objects=["a", "b"], phrases={"take off": "unstack"})
    assert spoken("Take off a from b", lexicon) == ["(unstack a b)"]


def test_steps_said_at_length_are_not_bare(blocks: Lexicon):
    assert read_spoken("Pick up the red block from the table.", blocks).bare
    assert not read_spoken("Pick up a: it is clear and we need it over there.", blocks).bare
