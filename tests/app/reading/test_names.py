"""Names found again in other spellings."""

import pytest

from app.reading.names import Names, names_of


@pytest.mark.parametrize("token", ["pick-up", "pick_up", "pickup", "PICK-UP", "Pick_Up"])
def test_a_name_is_found_in_any_spelling(token: str):
    assert Names(["pick-up", "stack"]).resolve(token) == "pick-up"


def test_a_spelling_that_fits_two_names_stands_for_neither():
    names = Names(["a-bc", "ab-c"])
    assert names.resolve("abc") is None
    assert names.resolve("a_bc") == "a-bc"


def test_a_name_in_its_own_spelling_stands_for_itself():
    names = Names(["l1-0", "l10"])
    assert names.resolve("l10") == "l10"
    assert names.resolve("l1_0") == "l1-0"


def test_the_longest_phrase_is_found():
    names = Names(["l1", "l1-0", "block1"])
    assert names.longest(["at", "l1", "0", "now"], 1) == ("l1-0", 2)
    assert names.longest(["l1", "1"], 0) == ("l1", 1)
    assert names.longest(["block", "1"], 0) == ("block1", 2)
    assert names.longest(["block", "2"], 0) is None


def test_a_phrase_may_be_cut_to_the_word_that_tells_it_apart():
    names = Names(["a", "b"], {"red block": "a", "blue block": "b"})
    assert names.resolve("red") == "a"
    assert names.resolve("block") is None


def test_a_phrase_for_a_name_that_is_not_there_is_left_out():
    assert Names(["a"], {"red block": "z"}).longest(["red", "block"], 0) is None


def test_the_same_names_are_compiled_once():
    assert names_of(["a", "b"]) is names_of(iter(("a", "b")))
    assert names_of(["a", "b"]) is not names_of(["a"])


@pytest.mark.parametrize("names", [[], [""], ["a\nb", "c"], ["a", "b\n"], ["\n"]])
def test_names_of_any_kind_are_compiled_as_they_are(names: list[str]):
    names_of(["a", "b", "c"])
    assert names_of(names).exact == Names(names).exact


def test_names_with_phrases_are_not_taken_for_those_without():
    names_of(["a", "b"])
    found = names_of(["a", "b"], {"red block": "a"}).longest(["red", "block"], 0)
    assert found == ("a", 2)
