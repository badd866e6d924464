"""Texts cut into tokens."""

from hypothesis import given
from hypothesis import strategies as st

from app.llm.chat import Message
from deploy.loadtest.tokens import chat_tokens, tokens_of


@given(st.text())
def test_tokens_joined_are_the_text_again(text):
    assert "".join(tokens_of(text)) == text


def test_a_chat_that_goes_on_begins_with_the_same_tokens():
    first = (Message(role="user", content="Stack a on b."),)
    answer = "(pick-up a) (stack a b)"
    more = (
        *first,
        Message(role="assistant", content=answer),
        Message(role="user", content="Wrong."),
    )
    made = chat_tokens(first) + tokens_of(answer)
    assert chat_tokens(more)[: len(made)] == made
