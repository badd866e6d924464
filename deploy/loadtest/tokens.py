"""Texts cut into tokens, so that there is something to count, to cache and to stream.

About as many as a byte-pair tokenizer makes of such texts; joined they are the text again.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from app.llm.chat import Message

_PIECE = re.compile(r"\s?\w{1,5}|\s?[^\w\s]|\s")

ANSWER_BEGINS = "<|assistant|>"


def tokens_of(text: str) -> list[str]:
    """Cut a text; nothing of it is lost."""
    return list(_cut(text))


@lru_cache(maxsize=512)
def _cut(text: str) -> tuple[str, ...]:
    # System messages and tasks come again and again.
    return tuple(_PIECE.findall(text))


def chat_tokens(messages: Iterable[Message]) -> list[str]:
    """Lay a chat out as a model reads it, up to where its answer begins.

    A chat that goes on begins with the same tokens: that is what a prefix cache lives on.
    """
    found: list[str] = []
    for message in messages:
        found += [f"<|{message.role}|>", *tokens_of(message.content)]
    return [*found, ANSWER_BEGINS]
