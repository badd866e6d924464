"""What comes in and goes out: the part of OpenAI's chat protocol, as vLLM speaks it."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.llm.chat import Message


def _joined(content: object) -> object:
    """Take a message in parts as one text."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else content


class _Open(BaseModel):
    # As vLLM does: what is not known is left alone.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Turn(_Open):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[str, BeforeValidator(_joined)] = ""


class StreamOptions(_Open):
    """What else is wanted of a stream."""

    include_usage: bool = False


class ChatRequest(_Open):
    """The body of `POST /v1/chat/completions`."""

    model: str
    messages: tuple[Turn, ...] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    seed: int | None = None
    n: Literal[1] | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    priority: int = 0
    cache_salt: str | None = None
    structured_outputs: dict[str, object] | None = None

    @property
    def chat(self) -> tuple[Message, ...]:
        """The messages as the rest of the house knows them."""
        return tuple(Message(role=turn.role, content=turn.content) for turn in self.messages)

    @property
    def most_tokens(self) -> int | None:
        """The bound of the answer's length, or None."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with what it cost."""
        return self.stream_options is not None and self.stream_options.include_usage


def usage(prompt: int, cached: int, completion: int) -> dict[str, object]:
    """Say what a call cost, in tokens."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def error(status: int, message: str, kind: str, param: str | None = None) -> dict[str, object]:
    """Say what went wrong, as vLLM does."""
    return {"error": {"message": message, "type": kind, "param": param, "code": status}}


def chunk(
    head: dict[str, object],
    delta: dict[str, str] | None,
    *,
    finish_reason: str | None = None,
    cost: dict[str, object] | None = None,
) -> bytes:
    """Write one event of a stream; without a delta it holds the usage alone."""
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]
    body = {**head, "object": "chat.completion.chunk", "choices": choices if delta else []}
    return event(json.dumps(body if cost is None else {**body, "usage": cost}))


def event(data: str) -> bytes:
    """Write data as a server-sent event."""
    return f"data: {data}\n\n".encode()


def completion(
    head: dict[str, object], text: str, finish_reason: str, cost: dict[str, object]
) -> dict[str, object]:
    """Write a whole answer."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": cost}
