"""What a language model is to us: messages in, one text and its cost out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a call cost. `cached` are those of `prompt` that were not computed again."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    @property
    def total(self) -> int:
        """Prompt and completion tokens, cached or not: what a budget counts."""
        return self.prompt + self.completion

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            completion=self.completion + other.completion,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How an answer is drawn.

    Attributes:
        temperature: Unitless, at least 0; at 0 the likeliest token is taken.
        seed: Same seed, same messages, same answer, as far as the server keeps to it.
        max_tokens: Upper bound of the answer's length in tokens, or None for the server's.
        grammar: EBNF that the answer must follow, or None.
    """

    temperature: float = 0.0
    seed: int = 0
    max_tokens: int | None = None
    grammar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer.

    Attributes:
        text: The answer, without the prompt; reasoning, where the server sends it apart,
            comes first, between `<think>` and `</think>`.
        tokens: What it cost.
        finish_reason: As the server names it: `stop`, `length`, …
        seconds: Wall-clock time from sending the request to the last byte.
        first_token_seconds: The same to the first token, or None where nothing came.
    """

    text: str
    tokens: Tokens
    finish_reason: str
    seconds: float
    first_token_seconds: float | None = None


class ChatModel(Protocol):
    """A model that answers. Safe to share between tasks of one event loop.

    Cancelling the call must stop the generation, not only the waiting for it.
    """

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        ...

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        """Answer the last message.

        Raises:
            ModelUnavailable: no answer, and asking later may help.
            ModelRefused: the server will not answer this request, now or later.
            ModelBroken: what came back is not an answer.
        """
        ...
