"""One simulated model server: from a request to its stream, with the faults ordered."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from fastapi import Response
from fastapi.responses import JSONResponse

from deploy.loadtest import wire
from deploy.loadtest.author import Author, digest
from deploy.loadtest.engine import Engine, Job, Law
from deploy.loadtest.exchange import CutOff, Exchange, Refused
from deploy.loadtest.faults import Fault, Faults
from deploy.loadtest.journal import Call, Note
from deploy.loadtest.prefix_cache import PrefixCache
from deploy.loadtest.slots import QueueFull, Slots, Turn
from deploy.loadtest.tokens import chat_tokens, tokens_of

MOST_REMEMBERED = 100_000
EVENTS = "text/event-stream"
ACCEPTED = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a simulated server is like.

    Attributes:
        model: The name that it serves its model under.
        author: What it says.
        law: How long that takes.
        faults: What goes wrong.
        slots: Calls that run at once.
        queue: Calls that may wait, or None for any number; one more is answered 503.
        chunk_tokens: Tokens in one event of a stream.
        cache_blocks: Blocks that the prefix cache keeps.
        block_tokens: Tokens of a block.
        context_tokens: Prompt and answer together, at most.
        retry_after_seconds: What a 429 asks for.
    """

    model: str = "simulated"
    author: Author = field(default_factory=Author)
    law: Law = field(default_factory=Law)
    faults: Faults = field(default_factory=Faults)
    slots: int = 16
    queue: int | None = None
    chunk_tokens: int = 1
    cache_blocks: int = 16_384
    block_tokens: int = 16
    context_tokens: int = 32_768
    retry_after_seconds: int = 1


class Simulation:
    """Answers calls. For one event loop.

    Attributes:
        options: What it is like.
        engine: Who runs and waits, and what is cached.
        calls: How many came so far.
        faults: How many of them were made to fail, by kind.

    Args:
        options: What it is like.
        note: Told of each call that was not refused.
    """

    def __init__(self, options: Options, note: Note = lambda _: None) -> None:
        self.options = options
        self._note = note
        self.engine = Engine(
            slots=Slots(options.slots, options.queue),
            cache=PrefixCache(blocks=options.cache_blocks, block_tokens=options.block_tokens),
            law=options.law,
            chunk_tokens=options.chunk_tokens,
        )
        self.calls = 0
        self.faults = dict.fromkeys(Fault, 0)
        self._seen: OrderedDict[str, int] = OrderedDict()

    async def chat(self, request: wire.ChatRequest) -> Response:
        """Answer `POST /v1/chat/completions`."""
        self.calls += 1
        options = self.options
        if request.model != options.model:
            return refused(404, f"The model `{request.model}` does not exist.", "NotFoundError")
        random = self._luck(request)
        fault = options.faults.draw(random)
        if fault is not None:
            self.faults[fault] += 1
        if fault is Fault.BUSY:
            after = {"Retry-After": str(options.retry_after_seconds)}
            return refused(429, "Too many requests.", "RateLimitError", headers=after)
        if fault is Fault.AWAY:
            return refused(503, "The server is out of order.", "ServiceUnavailableError")
        if fault is Fault.JUNK:
            return _junk(random)
        prompt = chat_tokens(request.chat)
        return self._too_long(request, len(prompt)) or self._answered(request, prompt, fault)

    def _answered(
        self, request: wire.ChatRequest, prompt: list[str], fault: Fault | None
    ) -> Response:
        seed = request.seed or 0
        text = self.options.author.answer(
            request.chat, seed=seed, well_formed=request.structured_outputs is not None
        )
        answer = tokens_of(text)
        room = self.options.context_tokens - len(prompt)
        most = min(room, request.most_tokens or room)
        job = Job(
            prompt=prompt,
            answer=answer[:most] if fault is None else answer[: min(most, len(answer)) // 2],
            priority=request.priority,
            salt=request.cache_salt or "",
        )
        reason = "stop" if len(answer) <= most else "length"
        stream = self._stream if request.stream else self._whole
        kind = EVENTS if request.stream else "application/json"
        return Exchange(stream(request, job, reason, fault), media_type=kind)

    async def _stream(
        self, request: wire.ChatRequest, job: Job, reason: str, fault: Fault | None
    ) -> AsyncGenerator[bytes, None]:
        head = self._head(request)
        with self._place(job) as turn, self._noted(request):
            yield ACCEPTED
            async with self.engine.run(job, turn) as running:
                yield wire.chunk(head, {"role": "assistant", "content": ""})
                async for piece in running.pieces:
                    yield wire.chunk(head, {"content": piece})
                await _go_wrong(fault)
        yield wire.chunk(head, {"content": ""}, finish_reason=reason)
        if request.wants_usage:
            cost = wire.usage(len(job.prompt), running.cached, len(job.answer))
            yield wire.chunk(head, None, cost=cost)
        yield wire.event("[DONE]")

    async def _whole(
        self, request: wire.ChatRequest, job: Job, reason: str, fault: Fault | None
    ) -> AsyncGenerator[bytes, None]:
        with self._place(job) as turn, self._noted(request):
            yield ACCEPTED
            async with self.engine.run(job, turn) as running:
                text = "".join([piece async for piece in running.pieces])
                await _go_wrong(fault)
        cost = wire.usage(len(job.prompt), running.cached, len(job.answer))
        body = wire.completion(self._head(request), text, reason, cost)
        yield json.dumps(body).encode()

    @contextmanager
    def _place(self, job: Job) -> Generator[Turn, None, None]:
        try:
            with self.engine.slots.place(job.priority) as turn:
                yield turn
        except QueueFull as full:
            said = f"{full.waiting} requests wait already."
            raise Refused(refused(503, said, "ServiceUnavailableError")) from None

    @contextmanager
    def _noted(self, request: wire.ChatRequest) -> Generator[None, None, None]:
        began, answered = time.time(), False
        try:
            yield
            answered = True
        finally:
            seed = request.seed or 0
            self._note(Call(seed=seed, began=began, ended=time.time(), answered=answered))

    def _head(self, request: wire.ChatRequest) -> dict[str, object]:
        name = digest(self.options.author.seed, request.seed or 0, request.chat)[:24]
        return {"id": f"chatcmpl-{name}", "created": int(time.time()), "model": request.model}

    def _luck(self, request: wire.ChatRequest) -> Random:
        """Draw by the call itself and how often it came, whatever else comes meanwhile."""
        key = digest(self.options.author.seed, request.seed or 0, request.chat)
        times = self._seen.pop(key, 0) + 1
        self._seen[key] = times
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return Random(f"{key} {times}")  # noqa: S311 (no secrets)

    def _too_long(self, request: wire.ChatRequest, prompt: int) -> Response | None:
        most = self.options.context_tokens
        bound = f"This model's maximum context length is {most} tokens"
        if prompt >= most:
            said = f"{bound}. However, your request has {prompt} input tokens."
            return refused(400, said, "BadRequestError")
        if request.most_tokens is not None and request.most_tokens > most - prompt:
            said = (
                f"'max_tokens' or 'max_completion_tokens' is too large: {request.most_tokens}. "
                f"{bound} and your request has {prompt} input tokens."
            )
            return refused(400, said, "BadRequestError", param="max_tokens")
        return None


def refused(
    status: int,
    message: str,
    kind: str,
    *,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with an error."""
    return JSONResponse(wire.error(status, message, kind, param), status, headers)


async def _go_wrong(fault: Fault | None) -> None:
    if fault is Fault.CUT:
        raise CutOff
    if fault is Fault.STALL:
        await asyncio.Event().wait()


def _junk(random: Random) -> Response:
    if random.random() < 0.5:
        return Response("<html><body>It works!</body></html>", media_type="text/html")
    return Response(wire.event('{"choices": [{"delta": {"content'), media_type=EVENTS)
