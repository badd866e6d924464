"""What a failed exchange with an OpenAI-compatible server means, as one of our errors."""

from datetime import UTC, datetime

import httpx

from app.llm.answer import Fault, quoted, read_error
from app.llm.errors import (
    ModelBroken,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    PromptTooLong,
)
from app.llm.retry import retry_after_seconds

MOST_ERROR_BYTES = 65_536

_CONTEXT_WORDS = ("context length", "context window", "context size", "maximum model length")
_BUSY = frozenset({408, 429})
_AWAY = frozenset({502, 503, 504})


class Unanswered(ModelUnavailable):
    """Nothing of an answer came, so the call may be made again."""


class Busy(Unanswered):
    """The server is well and has too much to do."""


class LengthRefused(ModelRefused):
    """More tokens were allowed than the model could ever write."""


async def of_reply(
    model: str, reply: httpx.Response, *, length_field: str | None = None
) -> ModelError:
    """Say what a response other than 200 means; no more than its beginning is read."""
    read = bytearray()
    async for chunk in reply.aiter_bytes():
        read += chunk
        if len(read) >= MOST_ERROR_BYTES:
            break
    return of_status(
        model,
        reply.status_code,
        read_error(bytes(read[:MOST_ERROR_BYTES])),
        asked_seconds=retry_after_seconds(reply.headers, datetime.now(UTC)),
        length_field=length_field,
    )


def of_status(
    model: str,
    status: int,
    fault: Fault,
    *,
    asked_seconds: float | None = None,
    length_field: str | None = None,
) -> ModelError:
    """Say what a status other than 200 means.

    Args:
        model: The model's name.
        status: Of the response.
        fault: What its body says.
        asked_seconds: How long the server asks us to wait, or None.
        length_field: The field of the request that bounds the answer, or None where it
            had none.
    """
    said = f"the server answered {status}: {fault.message or 'no reason given'}"
    if status in _BUSY:
        return Busy(model, said, asked_seconds)
    if status in _AWAY:
        return Unanswered(model, said, asked_seconds)
    if status >= 500:
        return ModelUnavailable(model, said, asked_seconds)
    if (
        length_field is not None
        and (fault.param == length_field or length_field in fault.message)
        and fault.code != "unsupported_parameter"
    ):
        return LengthRefused(model, said)
    words = fault.message.lower()
    if fault.code == "context_length_exceeded" or any(word in words for word in _CONTEXT_WORDS):
        return PromptTooLong(model, said)
    return ModelRefused(model, said)


def of_stream(model: str, fault: Fault) -> ModelError:
    """Say what an error in the middle of a stream means."""
    said = f"the server broke the answer off: {quoted(fault.message) or 'no reason given'}"
    code = str(fault.code)
    status = int(code) if code.isdecimal() and len(code) == 3 else 0
    if 400 <= status < 500 and status not in _BUSY:
        return ModelRefused(model, said)
    return ModelUnavailable(model, said)


def of_transport(model: str, url: str, problem: httpx.HTTPError, *, answering: bool) -> ModelError:
    """Say what a failure below HTTP means.

    Args:
        model: The model's name.
        url: What was called.
        problem: The failure.
        answering: Whether the head of a response had come.
    """
    said = quoted(str(problem)) or type(problem).__name__
    if isinstance(problem, httpx.ReadTimeout):
        return ModelUnavailable(model, "the server fell silent")
    if isinstance(problem, httpx.DecodingError):
        return ModelBroken(model, f"the answer cannot be decoded: {said}")
    if answering:
        return ModelUnavailable(model, f"the answer broke off: {said}")
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return ModelRefused(model, f"the certificate of {url} is not trusted: {said}")
    # A server that closes without a word is one that goes away; anything else is not HTTP.
    if isinstance(problem, httpx.RemoteProtocolError) and "disconnected" not in said:
        return ModelBroken(model, f"{url} does not speak HTTP: {said}")
    return Unanswered(model, f"cannot be reached at {url}: {said}")
