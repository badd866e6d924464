"""The part of a model server that takes time: a queue, prefill, one token after the other."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.loadtest.prefix_cache import PrefixCache
from deploy.loadtest.slots import Slots, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How long a call takes once it has a slot. Calls side by side do not slow each other.

    Attributes:
        prefill_seconds: For each token of the prompt that is not cached.
        token_seconds: For each token of the answer.
        first_seconds: For each call, before anything else.
    """

    prefill_seconds: float = 0.0002
    token_seconds: float = 0.01
    first_seconds: float = 0.0

    def __post_init__(self) -> None:
        if min(self.prefill_seconds, self.token_seconds, self.first_seconds) < 0.0:
            raise ValueError("times are at least 0")

    def due_seconds(self, uncached: int, made: int) -> float:
        """Say when so many tokens of the answer are made, from the start in the slot."""
        return self._before(uncached) + made * self.token_seconds

    def made_tokens(self, uncached: int, seconds: float) -> int | None:
        """Say how many tokens are made by then, or None where they take no time at all."""
        if self.token_seconds == 0.0:
            return None
        return int((seconds - self._before(uncached)) / self.token_seconds)

    def _before(self, uncached: int) -> float:
        return self.first_seconds + uncached * self.prefill_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call on its way through the engine.

    Attributes:
        prompt: Its tokens.
        answer: The tokens to be made.
        priority: Lower ones go first.
        salt: Of the prefix cache.
    """

    prompt: list[str]
    answer: list[str]
    priority: int = 0
    salt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A call that has a slot.

    Attributes:
        cached: Tokens of the prompt that are not computed again.
        pieces: The answer as it is made.
    """

    cached: int
    pieces: AsyncGenerator[str, None]


class Engine:
    """Makes answers in the time that the law gives them. For one event loop.

    Attributes:
        slots: Who is in and who waits.
        cache: What is not computed again.
        made_tokens: Tokens of answers made so far.
        finished: Calls that left their slot with their answer.
        left: Calls that were given up in their slot.
    """

    def __init__(
        self,
        *,
        slots: Slots,
        cache: PrefixCache,
        law: Law,
        chunk_tokens: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare.

        Args:
            slots: Held by one engine alone.
            cache: Likewise.
            law: How long calls take.
            chunk_tokens: Tokens that are sent together, at least 1; more where they are late.
            clock: Seconds that never go back.
            sleep: How to wait; a test need not.
        """
        if chunk_tokens < 1:
            raise ValueError(f"a chunk has at least 1 token, not {chunk_tokens}")
        self.slots = slots
        self.cache = cache
        self.made_tokens = 0
        self.finished = 0
        self.left = 0
        self._law = law
        self._chunk_tokens = chunk_tokens
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def run(self, job: Job, turn: Turn) -> AsyncGenerator[Running, None]:
        """Wait for the turn and generate while the block runs; to leave it ends the generation.

        Args:
            job: What to make.
            turn: Of `slots.place`.
        """
        await turn.came
        cached = self.cache.look_up(job.prompt, job.salt)
        pieces = self._pieces(job, cached, turn.since)
        try:
            yield Running(cached=cached, pieces=pieces)
        except BaseException:
            self.left += 1
            raise
        finally:
            await pieces.aclose()
        self.finished += 1
        lasted = self._law.due_seconds(len(job.prompt) - cached, len(job.answer))
        turn.ended = min(turn.since + lasted, self._clock())

    async def _pieces(self, job: Job, cached: int, began: float) -> AsyncGenerator[str, None]:
        uncached, total = len(job.prompt) - cached, len(job.answer)
        made = 0
        while made < total:
            due = self._law.due_seconds(uncached, min(made + self._chunk_tokens, total))
            await self._sleep(max(0.0, began + due - self._clock()))
            # What is late by now goes out together: a crowded machine must not bend the law.
            least = made + self._chunk_tokens
            late = self._law.made_tokens(uncached, self._clock() - began)
            upto = min(total, max(least, total if late is None else late))
            self.made_tokens += upto - made
            yield "".join(job.answer[made:upto])
            made = upto
        self.cache.keep([*job.prompt, *job.answer], job.salt)
