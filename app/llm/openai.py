"""Models behind any server that speaks the OpenAI chat protocol, vLLM first.

Answers are always streamed: closing the connection is what stops a generation. Prompts
and answers are never logged.
"""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Literal, Self

import httpx
from pydantic import ValidationError

from app.llm import faults
from app.llm.answer import Answer, Chunk, Fault, quoted
from app.llm.breaker import CircuitBreaker
from app.llm.chat import Completion, Message, Sampling
from app.llm.connections import Connections, Loan, endpoint, replying
from app.llm.errors import ModelBroken, ModelUnavailable
from app.llm.events import StreamTooLong, event_data
from app.llm.retry import Retries
from app.llm.sending import Sending

log = logging.getLogger(__name__)

DRAIN_SECONDS = 0.2


class OpenAICompatible:
    """A `ChatModel` behind `POST {url}/chat/completions`.

    Retries what failed before the first byte of an answer, a few times and within the
    deadline; leaves a server alone that keeps failing. An async context manager: it closes
    its connections. Safe to share between the tasks of one event loop.
    """

    def __init__(
        self,
        *,
        url: str,
        model: str,
        name: str | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
        length_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        connect_seconds: float = 5.0,
        silence_seconds: float = 120.0,
        most_answer_bytes: int = 16_000_000,
        retries: Retries | None = None,
        breaker: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare; nothing is sent before the first call.

        Args:
            url: Where the API begins, such as `http://localhost:8000/v1`.
            model: The name under which the server knows the model.
            name: The name for users and logs; the server's by default.
            key: Sent as a bearer token.
            headers: Sent with every call, such as `X-Session-ID` for a router that keeps a
                session on one replica.
            extra: Fields added to the body of every call, such as vLLM's `priority` or
                `cache_salt`.
            length_field: What the server calls the bound of an answer's length.
            connect_seconds: Longest wait for a connection.
            silence_seconds: Longest wait for the next byte; the first token comes after the
                server's queue and the reading of the prompt.
            most_answer_bytes: Bound of one streamed answer with all its framing.
            retries: When to call again; share it between the models of one server.
            breaker: When to leave the server alone; share it likewise.
            clock: Seconds that never go back.
            sleep: How to wait before a retry; a test need not.

        Raises:
            ValueError: if the URL is none that HTTP can be spoken to.
        """
        self._url = endpoint(url)
        self._model = model
        self._name = name or model
        self._headers = {
            **(headers or {}),
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {key}"} if key else {}),
        }
        self._extra = dict(extra or {})
        self._length_field = length_field
        self._most_answer_bytes = most_answer_bytes
        self._retries = retries or Retries()
        self._breaker = breaker or CircuitBreaker(clock=clock)
        self._last_failure = "of another model on this server"
        self._clock = clock
        self._sleep = sleep
        # Made once, and without certificates where none are looked at: to read them takes a
        # hundred times as long as to make a client.
        certificates = (
            httpx.create_ssl_context()
            if self._url.startswith("https:")
            else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        timeout = httpx.Timeout(silence_seconds, connect=connect_seconds)
        self._connections = Connections(
            lambda: httpx.AsyncClient(
                timeout=timeout,
                verify=certificates,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            )
        )

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        return self._name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        """Answer the last message. See `ChatModel.complete`."""
        return await self.complete_with({}, messages, sampling, timeout_seconds=timeout_seconds)

    def sending(self, extra: Mapping[str, object]) -> Sending:
        """Give this model with more fields in the body of each call.

        Costs next to nothing: connections, retries and breaker are those of this one.
        """
        return Sending(self, extra)

    async def complete_with(
        self,
        extra: Mapping[str, object],
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        timeout_seconds: float,
    ) -> Completion:
        """Answer the last message; the fields of `extra` are sent with the call."""
        body = {**self._body(messages, sampling), **extra}
        characters = sum(len(message.content) for message in messages)
        deadline = self._clock() + timeout_seconds
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._with_retries(body, characters, deadline)
        except TimeoutError:
            said = f"no answer within {timeout_seconds:.3g} s"
            raise ModelUnavailable(self._name, said) from None

    def _body(self, messages: Sequence[Message], sampling: Sampling) -> dict[str, object]:
        body: dict[str, object] = {
            "model": self._model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "seed": sampling.seed,
        }
        if sampling.max_tokens is not None:
            body[self._length_field] = sampling.max_tokens
        if sampling.grammar is not None:
            body["structured_outputs"] = {"grammar": sampling.grammar}
        return {**body, **self._extra}

    async def _with_retries(
        self, body: dict[str, object], characters: int, deadline: float
    ) -> Completion:
        self._retries.call_made()
        retry = 0
        while True:
            try:
                return await self._guarded(body, characters)
            except faults.LengthRefused:
                # The model's own bound is the lower one, so leaving ours out is as good.
                body = {key: value for key, value in body.items() if key != self._length_field}
            except faults.Unanswered as problem:
                wait = self._retries.wait_seconds(retry, problem.retry_after_seconds)
                if wait is None or self._clock() + wait >= deadline:
                    raise
                retry += 1
                log.warning("%s; call %d follows in %.1f s", problem, retry + 1, wait)
                await self._sleep(wait)

    async def _guarded(self, body: dict[str, object], characters: int) -> Completion:
        """Call once, if the breaker lets us, and tell it how that went."""
        wait = self._breaker.wait_seconds()
        if wait > 0.0:
            said = f"left alone for a while after several failures; the last: {self._last_failure}"
            raise ModelUnavailable(self._name, said, wait)
        self._breaker.enter()
        try:
            completion = await self._call(body, characters)
        except faults.Busy:
            self._breaker.dropped()
            raise
        except ModelUnavailable as problem:
            self._last_failure = problem.message
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.dropped()
            raise
        self._breaker.succeeded()
        return completion

    async def _call(self, body: dict[str, object], characters: int) -> Completion:
        began = self._clock()
        answering = False
        content = json.dumps(body).encode()
        try:
            async with (
                self._connections.lend() as loan,
                replying(loan.client, self._url, content=content, headers=self._headers) as reply,
            ):
                answering = True
                if reply.status_code != httpx.codes.OK:
                    asked = self._length_field if self._length_field in body else None
                    raise await faults.of_reply(self._name, reply, length_field=asked)
                return await self._read(reply, loan, characters, began)
        except StreamTooLong as problem:
            said = f"the answer is longer than {problem.most_bytes} bytes"
            raise ModelBroken(self._name, said) from None
        except httpx.HTTPError as problem:
            raise faults.of_transport(
                self._name, self._url, problem, answering=answering
            ) from problem

    async def _read(
        self, reply: httpx.Response, loan: Loan, characters: int, began: float
    ) -> Completion:
        """Read a stream to its end."""
        kind = reply.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            said = f"the answer is no event stream but {quoted(kind) or 'of no stated kind'}"
            raise ModelBroken(self._name, said)
        answer = Answer()
        first_token: float | None = None
        chunks = reply.aiter_bytes()
        async with aclosing(event_data(chunks, most_bytes=self._most_answer_bytes)) as events:
            async for data in events:
                if data.strip() == b"[DONE]":
                    break
                if answer.add(self._chunk(data)) and first_token is None:
                    first_token = self._clock() - began
                    # Not only at the end: an answer may take minutes, and a probe is waited for.
                    self._breaker.succeeded()
            seconds = self._clock() - began
            if not answer.finish_reason:
                raise ModelUnavailable(self._name, "the answer broke off")
            # To the end of the body, or the connection could not be used again.
            with suppress(TimeoutError, httpx.HTTPError, StreamTooLong):
                async with asyncio.timeout(DRAIN_SECONDS):
                    async for _ in events:
                        pass
                    loan.ended_well = True
        return Completion(
            text=answer.text(),
            tokens=answer.tokens(characters),
            finish_reason=answer.finish_reason,
            seconds=seconds,
            first_token_seconds=first_token,
        )

    def _chunk(self, data: bytes) -> Chunk:
        try:
            chunk = Chunk.model_validate_json(data)
        except ValidationError:
            said = f"not a piece of a chat completion: {quoted(data.decode(errors='replace'))!r}"
            raise ModelBroken(self._name, said) from None
        if chunk.error is not None:
            fault = chunk.error if isinstance(chunk.error, Fault) else Fault(message=chunk.error)
            raise faults.of_stream(self._name, fault)
        return chunk
