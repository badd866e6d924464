"""A small model that runs inside this process: no server, no GPU, no download.

One worker thread decodes every answer that is wanted at the time, side by side; an answer
joins between two steps and leaves when it ends, is cancelled or runs out of time. The
thread ends when nothing is wanted, so there is nothing to close.
"""

import asyncio
import json
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from threadpoolctl import threadpool_limits

from app.llm.chat import Completion, Message, Sampling, Tokens
from app.llm.errors import ModelBroken, ModelRefused, ModelUnavailable, PromptTooLong
from app.llm.llama import Decoding, Floats, Llama
from app.llm.words import UnknownWords, Words

SIDE_BY_SIDE = 8
"""Answers decoded in one step; more of them wait for a place."""


class _Wanted:
    """One answer that is wanted, and how far it is."""

    def __init__(self, prompt: list[int], room: int, sampling: Sampling) -> None:
        self.prompt = prompt
        self.room = min(room, sampling.max_tokens or room)
        self.temperature = sampling.temperature
        self.random = np.random.default_rng(sampling.seed)
        self.answer: list[int] = []
        self.cancelled = False
        self.ended: Future[str] = Future()
        self.first_token_at: float | None = None


class EmbeddedModel:
    """A `ChatModel` over Hugging Face's files of a small Llama. See `app.llm.words`."""

    def __init__(self, folder: Path, *, name: str, opening: str = "") -> None:
        """Read the files.

        Args:
            folder: Holds `config.json`, `tokenizer.json` and `model.safetensors`.
            name: The model's name as users and logs know it.
            opening: What opens an answer, as the chat template has it; the contents of the
                messages stand before it, one after the other.
        """
        self._name = name
        self._opening = opening
        # For all of this process. A second thread saves next to no time in products of this
        # size and takes nearly twice the CPU; and a fork, by which uvloop starts processes, has
        # OpenBLAS end its threads: a product that waits for one would wait for ever.
        threadpool_limits(limits=1, user_api="blas")
        self._words = Words(folder)
        self._llama = Llama(folder)
        self._longest = _longest_answer(folder)
        self._waiting: deque[_Wanted] = deque()
        self._lock = threading.Lock()
        self._running = False
        self._closed = False
        self._worker: threading.Thread | None = None

    async def __aenter__(self) -> Self:
        """Open nothing: the model is ready once it is made."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up what is still wanted, and wait for the worker thread to end."""
        self._closed = True
        if self._worker is not None:
            await asyncio.to_thread(self._worker.join)

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        return self._name

    @property
    def running(self) -> bool:
        """Whether an answer is being decoded, wanted or not."""
        with self._lock:
            return self._running

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        """Answer the last message. See `ChatModel.complete`.

        The same messages, temperature and seed give the same answer. Rounding may differ
        in the last bit with the number of answers decoded beside it, which would show
        only where two tokens are equally likely.
        """
        began = time.monotonic()
        wanted = self._prepare(messages, sampling)
        self._enqueue(wanted)
        try:
            async with asyncio.timeout(timeout_seconds):
                finish_reason = await asyncio.wrap_future(wanted.ended)
        except TimeoutError:
            raise ModelUnavailable(self._name, f"no answer in {timeout_seconds:g} s") from None
        finally:
            wanted.cancelled = True
        first = wanted.first_token_at
        return Completion(
            text=self._words.text(n for n in wanted.answer if n != self._words.end),
            tokens=Tokens(prompt=len(wanted.prompt), completion=len(wanted.answer)),
            finish_reason=finish_reason,
            seconds=time.monotonic() - began,
            first_token_seconds=None if first is None else first - began,
        )

    def _enqueue(self, wanted: _Wanted) -> None:
        with self._lock:
            if self._closed:
                raise ModelUnavailable(self._name, "it was closed")
            self._waiting.append(wanted)
            if not self._running:
                self._running = True
                self._worker = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._worker.start()

    def _prepare(self, messages: Sequence[Message], sampling: Sampling) -> _Wanted:
        if sampling.grammar is not None:
            raise ModelRefused(self._name, "it cannot be held to a grammar")
        text = "".join(message.content for message in messages) + self._opening
        try:
            prompt = [self._words.begin, *self._words.numbers(text)]
        except UnknownWords as error:
            raise ModelRefused(self._name, str(error)) from error
        room = self._llama.positions - len(prompt)
        if room <= 0:
            limit = self._llama.positions
            raise PromptTooLong(self._name, f"{len(prompt)} tokens are past its {limit}")
        return _Wanted(prompt, min(room, self._longest), sampling)

    def _work(self) -> None:
        decoding = Decoding(self._llama, SIDE_BY_SIDE)
        rows: list[_Wanted] = []
        try:
            while self._admit(decoding, rows):
                if self._closed:
                    self._give_up(rows, ModelUnavailable(self._name, "it was closed"))
                    return
                scores = decoding.step([wanted.answer[-1] for wanted in rows])
                for row in reversed(range(len(rows))):
                    if self._advance(rows[row], scores[row]):
                        self._leave(decoding, rows, row)
        except Exception as error:
            self._give_up(rows, ModelBroken(self._name, repr(error)))

    def _admit(self, decoding: Decoding, rows: list[_Wanted]) -> bool:
        """Give free places to those who wait; say whether there is anything to decode."""
        while True:
            with self._lock:
                if not self._waiting or len(rows) == SIDE_BY_SIDE:
                    self._running = bool(rows)
                    return self._running
                wanted = self._waiting.popleft()
            if wanted.cancelled:
                continue
            rows.append(wanted)
            if self._advance(wanted, decoding.begin(wanted.prompt)):
                self._leave(decoding, rows, len(rows) - 1)

    def _advance(self, wanted: _Wanted, scores: Floats) -> bool:
        """Choose the next token; say whether the answer has ended."""
        if wanted.cancelled:
            return True
        token = draw(scores, temperature=wanted.temperature, random=wanted.random)
        if wanted.first_token_at is None:
            wanted.first_token_at = time.monotonic()
        wanted.answer.append(token)
        if token != self._words.end and len(wanted.answer) < wanted.room:
            return False
        # Nobody may wait any more: the loop was cancelled between two steps.
        if wanted.ended.set_running_or_notify_cancel():
            wanted.ended.set_result("stop" if token == self._words.end else "length")
        return True

    def _leave(self, decoding: Decoding, rows: list[_Wanted], row: int) -> None:
        decoding.end(row)
        rows[row] = rows[-1]
        rows.pop()

    def _give_up(self, rows: list[_Wanted], error: ModelBroken | ModelUnavailable) -> None:
        with self._lock:
            self._running = False
            left = [*rows, *self._waiting]
            self._waiting.clear()
        for wanted in left:
            if wanted.ended.set_running_or_notify_cancel():
                wanted.ended.set_exception(error)


def _longest_answer(folder: Path) -> int:
    file = folder / "generation_config.json"
    config = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return int(config.get("max_new_tokens") or sys.maxsize)


def draw(scores: Floats, *, temperature: float, random: np.random.Generator) -> int:
    """Draw a token.

    Args:
        scores: Scores of the next token. Float32, shape (vocabulary,).
        temperature: Unitless, at least 0; at 0 the likeliest token is taken.
        random: Source of randomness; same state, same draw.

    Returns:
        An index into the vocabulary.
    """
    if temperature <= 0:
        return int(scores.argmax())
    weights = np.exp((scores.astype(np.float64) - scores.max()) / temperature)
    heaped = np.cumsum(weights)
    return int(np.searchsorted(heaped, random.random() * heaped[-1], side="right"))
