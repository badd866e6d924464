"""Cutting text into words agrees with the tokenizer library on the same file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from app.apprentice import vocabulary as say
from app.apprentice.model import weights_folder
from app.llm.words import UnknownWords, Words

WORDS = Words(weights_folder())
REFERENCE = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))


@given(st.lists(st.sampled_from(say.WORDS), max_size=60))
def test_our_numbers_are_those_of_the_tokenizer_library(words):
    text = "".join(words)
    assert WORDS.numbers(text) == REFERENCE.encode(text, add_special_tokens=False).ids
    assert WORDS.text(WORDS.numbers(text)) == text


def test_every_word_of_the_vocabulary_is_one_token():
    assert all(len(WORDS.numbers(word)) == 1 for word in say.WORDS)


def test_unknown_words_are_quoted():
    with pytest.raises(UnknownWords, match="Please plan"):
        WORDS.numbers("goal\nPlease plan")
