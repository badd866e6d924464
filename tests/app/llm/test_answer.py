"""Putting an answer together from its pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.answer import Answer, Chunk, Usage, quoted, read_error
from app.llm.chat import Tokens


def chunk(**choice: object) -> Chunk:
    return Chunk.model_validate({"choices": [choice]})


def test_a_server_that_sends_reasoning_under_both_names_is_not_read_twice():
    answer = Answer()
    answer.add(chunk(delta={"reasoning": "hm", "reasoning_content": "hm"}))
    answer.add(chunk(delta={"content": "(a)"}, finish_reason="stop"))
    assert answer.text() == "<think>hm</think>\n(a)"


def test_a_chunk_without_text_is_no_first_token():
    assert not Answer().add(chunk(delta={"role": "assistant", "content": ""}))
    assert Answer().add(chunk(delta={"reasoning": "hm"}))


def test_further_answers_than_the_one_asked_for_are_left_out():
    answer = Answer()
    answer.add(chunk(index=1, delta={"content": "other"}, finish_reason="length"))
    assert answer.text() == ""
    assert answer.finish_reason == ""


def test_the_last_usage_counts():
    answer = Answer()
    answer.add(Chunk(usage=Usage(prompt_tokens=3, completion_tokens=1)))
    answer.add(Chunk(usage=Usage(prompt_tokens=3, completion_tokens=9)))
    answer.add(Chunk())
    assert answer.tokens(100) == Tokens(prompt=3, completion=9)


@pytest.mark.parametrize("details", [None, {}, {"cached_tokens": None}])
def test_a_server_that_tells_nothing_of_its_cache_has_cached_nothing(details):
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "prompt_tokens_details": details}
    answer = Answer()
    answer.add(Chunk.model_validate({"usage": usage}))
    assert answer.tokens(100) == Tokens(prompt=3, completion=1)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "too long", "code": 400}},
        {"error": "too long"},
        {"message": "too long"},
        {"detail": "too long"},
        {"object": "error", "message": "too long", "code": 400},
    ],
)
def test_an_error_is_read_in_every_form_that_servers_give_it(body):
    assert read_error(json.dumps(body).encode()).message == "too long"


@given(st.binary(max_size=300))
def test_any_body_of_an_error_can_be_told_in_one_printable_line(body):
    assert read_error(body).message.isprintable()


@given(st.text())
def test_what_is_quoted_is_short_and_in_one_line(text):
    line = quoted(text * 20)
    assert len(line) <= 500
    assert line.isprintable()
