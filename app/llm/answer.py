"""The pieces of a streamed chat completion, and the answer put together from them."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.llm.chat import Tokens

QUOTED_CHARACTERS = 500


def _text_or_nothing(value: object) -> object:
    """Servers send null, or leave the field out, where there is no text."""
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_text_or_nothing)]
_Count = Annotated[int, Field(ge=0), BeforeValidator(lambda value: 0 if value is None else value)]


class _Piece(BaseModel):
    # Open, unlike our own API: servers add fields of their own at every level.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Delta(_Piece):
    """What a chunk adds to the answer. vLLM says `reasoning`, others `reasoning_content`."""

    content: _Text = ""
    reasoning: _Text = ""
    reasoning_content: _Text = ""


class Choice(_Piece):
    """One of the answers asked for; we ask for one."""

    index: int = 0
    delta: Delta = Delta()
    finish_reason: str | None = None


class CachedTokens(_Piece):
    """Where a server tells what it had not to compute again."""

    cached_tokens: _Count = 0


class Usage(_Piece):
    """What the call cost, in tokens."""

    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0
    prompt_tokens_details: CachedTokens | None = None


class Fault(_Piece):
    """An error, as the body of a response or in the middle of a stream."""

    message: _Text = ""
    param: str | None = None
    code: int | str | None = None


class Chunk(_Piece):
    """One event of the stream."""

    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None
    error: Fault | str | None = None


class _ErrorBody(_Piece):
    error: Fault | str | None = None
    message: str | None = None
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class Answer:
    """An answer while it comes in.

    Attributes:
        finish_reason: As the server names it; empty until it has said so.
    """

    finish_reason: str = ""
    _content: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _usage: Usage | None = None

    def add(self, chunk: Chunk) -> bool:
        """Add a chunk; say whether it holds any text."""
        self._usage = chunk.usage or self._usage
        some = False
        for choice in chunk.choices:
            if choice.index != 0:
                continue
            delta = choice.delta
            # Either name, never both: a server that sends both sends the same text twice.
            reasoning = delta.reasoning_content or delta.reasoning
            if reasoning:
                self._reasoning.append(reasoning)
            if delta.content:
                self._content.append(delta.content)
            some = some or bool(reasoning or delta.content)
            self.finish_reason = choice.finish_reason or self.finish_reason
        return some

    def text(self) -> str:
        """Give the answer, with the reasoning that came apart from it in front."""
        reasoning, content = "".join(self._reasoning), "".join(self._content)
        return f"<think>{reasoning}</think>\n{content}" if reasoning else content

    def tokens(self, prompt_characters: int) -> Tokens:
        """Give what the answer cost, as the server says.

        Where it says nothing, an estimate that no budget should be blind without: a token
        for every piece that came, and one for every four characters of the prompt.
        """
        if self._usage is None:
            pieces = len(self._content) + len(self._reasoning)
            return Tokens(prompt=-(-prompt_characters // 4), completion=pieces)
        details = self._usage.prompt_tokens_details
        return Tokens(
            prompt=self._usage.prompt_tokens,
            cached=details.cached_tokens if details else 0,
            completion=self._usage.completion_tokens,
        )


def read_error(body: bytes) -> Fault:
    """Read what a server says went wrong, whatever form it has; never raises."""
    try:
        said = _ErrorBody.model_validate_json(body)
    except ValidationError:
        return Fault(message=quoted(body.decode(errors="replace")))
    fault = said.error if isinstance(said.error, Fault) else Fault(message=said.error or "")
    message = fault.message or said.message or said.detail or body.decode(errors="replace")
    return fault.model_copy(update={"message": quoted(message)})


def quoted(text: str) -> str:
    """Make foreign text fit to be quoted in one line: short, and no control characters."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * QUOTED_CHARACTERS])
    line = " ".join(line.split())
    return line if len(line) <= QUOTED_CHARACTERS else line[: QUOTED_CHARACTERS - 1] + "…"
