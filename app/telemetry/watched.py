"""Parts that do the work, with somebody who takes the time. They do what the parts do."""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from app.llm.chat import ChatModel, Completion, Message, Sampling
from app.llm.errors import ModelError, ModelRefused, ModelUnavailable
from app.modulo.proposer import Verifier
from app.telemetry.meters import Meters
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict


class Spans(Protocol):
    """Takes note of work that has been done, as spans of the session that runs here."""

    def judged(self, verdict: str, began: float) -> None:
        """A plan was judged.

        Args:
            verdict: What was found, in a word.
            began: When it was begun, in seconds since 1970.
        """
        ...

    def called(
        self, model: str, sampling: Sampling, answer: Completion | str, began: float
    ) -> None:
        """A model was called.

        Args:
            model: Its name.
            sampling: How it was to answer.
            answer: What it said, or in a word why it did not.
            began: When it was called, in seconds since 1970.
        """
        ...


class WatchedVerifier:
    """A verifier whose judgements are timed.

    Args:
        verifier: Judges.
        meters: Counts.
        spans: Traces, where that is wanted.
    """

    def __init__(self, verifier: Verifier, meters: Meters, spans: Spans | None = None) -> None:
        self._verifier = verifier
        self._meters = meters
        self._spans = spans

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        """Say whether a plan solves a task; see `Verifier`."""
        began = time.perf_counter()
        word = "unjudged"
        try:
            verdict = await self._verifier.verify(task, plan)
            word = "valid" if isinstance(verdict, Valid) else "invalid"
        finally:
            seconds = time.perf_counter() - began
            self._meters.verification_time(word).observe(seconds)
            if self._spans is not None:
                self._spans.judged(word, time.time() - seconds)
        return verdict


class WatchedModel:
    """A model whose calls are counted and timed.

    Args:
        model: Answers.
        meters: Counts.
        spans: Traces, where that is wanted.
    """

    def __init__(self, model: ChatModel, meters: Meters, spans: Spans | None = None) -> None:
        self._model = model
        self._meters = meters
        self._spans = spans

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        return self._model.name

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        """Answer the last message; see `ChatModel`."""
        began = time.time()
        answer: Completion | str = "broken"
        try:
            answer = await self._model.complete(messages, sampling, timeout_seconds=timeout_seconds)
        except asyncio.CancelledError:
            answer = "cancelled"
            raise
        except ModelError as problem:
            answer = _word(problem)
            raise
        finally:
            self._note(sampling, answer, began)
        return answer

    def _note(self, sampling: Sampling, answer: Completion | str, began: float) -> None:
        word = answer if isinstance(answer, str) else "answered"
        self._meters.model_calls(self.name, word).inc()
        if isinstance(answer, Completion):
            self._meters.count_tokens(self.name, answer.tokens)
            if answer.first_token_seconds is not None:
                self._meters.first_token(self.name).observe(answer.first_token_seconds)
        if self._spans is not None:
            self._spans.called(self.name, sampling, answer, began)


def _word(problem: ModelError) -> str:
    if isinstance(problem, ModelUnavailable):
        return "unavailable"
    return "refused" if isinstance(problem, ModelRefused) else "broken"
