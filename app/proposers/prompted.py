"""Candidates from a language model: an ask is worded, sent, and its answer given names back."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from copy import copy
from random import Random

from app.llm.chat import ChatModel, Completion, Sampling
from app.llm.errors import ModelError, ModelUnavailable, PromptTooLong
from app.llm.retry import full_jitter
from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget
from app.modulo.proposer import ProposerBroken
from app.prompts.wording import Prompt, Wording
from app.proposers.restoring import restored
from planners.task import Task

log = logging.getLogger(__name__)

OUT_OF_TIME = "out_of_time"
"""The finish reason of an empty proposal: the model gave no answer while there was time."""


class Prompted:
    """A proposer that asks a `ChatModel` in the words of a `Wording`.

    A model that is away is waited for while there is time, for a session may outlive a
    restart of its model server. Holds no state of a session.
    """

    def __init__(
        self,
        name: str,
        model: ChatModel,
        wording: Wording,
        *,
        most_tokens: int | None = None,
        most_call_seconds: float = 600.0,
        first_wait_seconds: float = 1.0,
        most_wait_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Random | None = None,
    ) -> None:
        """Put a model and a wording together.

        Args:
            name: In the bank.
            model: What is asked.
            wording: In which words.
            most_tokens: Bound of every answer, or None for the model's own.
            most_call_seconds: Longest wait for one answer; without a budget of seconds,
                also the longest wait for a model that is away.
            first_wait_seconds: Bound of the first wait for a model that is away.
            most_wait_seconds: What that bound, doubling, grows to at most.
            clock: Seconds that never go back.
            sleep: How to wait; a test need not.
            random: Source of randomness for the waits.
        """
        self._name = name
        self._model = model
        self._wording = wording
        self._most_tokens = most_tokens
        self._most_call_seconds = most_call_seconds
        self._first_wait_seconds = first_wait_seconds
        self._most_wait_seconds = most_wait_seconds
        self._clock = clock
        self._sleep = sleep
        self._random = random or Random()  # noqa: S311 (jitter keeps no secret)

    @property
    def name(self) -> str:
        """Its name in the bank."""
        return self._name

    def asking(self, model: ChatModel) -> "Prompted":
        """Give this proposer with another model that it asks in its place."""
        other = copy(self)
        other._model = model  # noqa: SLF001 (of its own kind)
        return other

    def refuses(self, task: Task) -> str | None:
        """Say, for the user, why the task cannot be worded, or None if it can."""
        return self._wording.refuses(task)

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        """Make one candidate. See `Proposer.propose`.

        The answer is bounded by the tokens that remain. How many a prompt takes is known
        only afterwards, so where less remains than that, the budget is passed by one prompt.
        """
        began = self._clock()
        prompt = self._wording.word(task, ask, trace)
        sampling = Sampling(
            temperature=ask.temperature,
            seed=ask.seed,
            max_tokens=self._bound(trace, remaining.tokens),
            grammar=prompt.grammar,
        )
        try:
            completion = await self._complete(prompt, sampling, began, remaining.seconds)
        except PromptTooLong as problem:
            raise ProposerBroken(
                f"the prompt is too long for the context window of {problem.model} "
                f"({problem.message}); take a model or a server setting with a longer one, "
                "a smaller task, or a shorter history"
            ) from problem
        except ModelError as problem:
            raise ProposerBroken(str(problem)) from problem
        if completion is None:
            return Proposal(text="", finish_reason=OUT_OF_TIME, seconds=self._clock() - began)
        return Proposal(
            text=restored(completion.text, prompt.restore),
            tokens=completion.tokens,
            finish_reason=completion.finish_reason,
            seconds=self._clock() - began,
        )

    def _bound(self, trace: Trace, tokens: int | None) -> int | None:
        """Bound the answer by the tokens that remain behind a prompt like those before."""
        if tokens is None:
            return self._most_tokens
        prompts = (
            attempt.proposal.tokens.prompt
            for attempt in trace
            if attempt.ask.proposer == self._name and attempt.proposal.tokens.prompt
        )
        left = max(1, tokens - min(prompts, default=0))
        return left if self._most_tokens is None else min(left, self._most_tokens)

    async def _complete(
        self, prompt: Prompt, sampling: Sampling, began: float, seconds: float | None
    ) -> Completion | None:
        """Ask until there is an answer; None when the seconds of the budget are over."""
        deadline = began + (self._most_call_seconds if seconds is None else seconds)
        away: ModelUnavailable | None = None
        waits = 0
        while (left := deadline - self._clock()) > 0.0:
            try:
                return await self._model.complete(
                    prompt.messages, sampling, timeout_seconds=min(left, self._most_call_seconds)
                )
            except ModelUnavailable as problem:
                away = problem
                left = max(0.0, deadline - self._clock())
                wait = min(left, self._wait(waits, problem.retry_after_seconds))
                waits += 1
                log.warning("%s; waiting %.1f s", problem, wait)
                await self._sleep(wait)
        if seconds is None and away is not None:
            raise away
        return None

    def _wait(self, waits: int, asked_seconds: float | None) -> float:
        jitter = full_jitter(
            self._random,
            waits,
            first_seconds=self._first_wait_seconds,
            most_seconds=self._most_wait_seconds,
        )
        return (asked_seconds or 0.0) + jitter
