"""What is under way in a session: turns taken side by side, and planners that watch."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.modulo.attempt import Attempt
from app.modulo.bench import Turn
from app.modulo.watch import Sight

Take: TypeAlias = Callable[[Turn], Coroutine[Any, Any, Attempt]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A turn was taken."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A watcher has looked."""

    sight: Sight | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A turn could not be taken; or a watcher broke, then `turn` is None."""

    turn: Turn | None
    problem: BaseException


Ended: TypeAlias = Taken | Watched | Broken


class UnderWay:
    """Runs the turns and watchers of one session, and gives them as they end.

    A turn that nothing runs beside is taken by whoever waits for it: to hand it to a task of
    its own and back costs more than all else that the loop does.

    Args:
        watchers: Planners that run until they end, or the session does.
    """

    def __init__(self, watchers: Iterable[Coroutine[Any, Any, Sight | None]] = ()) -> None:
        self._watching = {asyncio.create_task(watcher) for watcher in watchers}
        self._running: dict[asyncio.Task[Attempt], Turn] = {}
        self._alone: tuple[Turn, Take] | None = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that have not ended."""
        return tuple(self._running.values()) if self._alone is None else (self._alone[0],)

    def start(self, turns: Sequence[Turn], take: Take) -> None:
        """Begin the turns of a round; those of the round before have ended."""
        if len(turns) == 1 and not self._watching:
            self._alone = (turns[0], take)
        else:
            self._running = {asyncio.create_task(take(turn)): turn for turn in turns}

    async def some(self, timeout_seconds: float | None) -> list[Ended]:
        """Wait until something ends.

        Returns:
            What has ended, turns first and by number; empty when the time ran out first.
        """
        if self._alone is not None:
            return await self._take_alone(*self._alone, timeout_seconds)
        done, _ = await asyncio.wait(
            {*self._running, *self._watching},
            timeout=timeout_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        turns = sorted(self._running.keys() & done, key=lambda task: self._running[task].number)
        seen = self._watching & done
        self._watching -= seen
        return [
            *(_taken(self._running.pop(task), task) for task in turns),
            *(_watched(watcher) for watcher in seen),
        ]

    async def end(self) -> None:
        """Cancel all that is left, and wait until it has let go."""
        await _end({*self._running, *self._watching})

    async def _take_alone(
        self, turn: Turn, take: Take, timeout_seconds: float | None
    ) -> list[Ended]:
        ended: Ended
        try:
            async with asyncio.timeout(timeout_seconds) as time:
                ended = Taken(attempt=await take(turn))
        except Exception as problem:
            if time.expired():
                return []
            ended = Broken(turn=turn, problem=problem)
        self._alone = None
        return [ended]


def _taken(turn: Turn, task: asyncio.Task[Attempt]) -> Ended:
    problem = task.exception()
    return Taken(attempt=task.result()) if problem is None else Broken(turn=turn, problem=problem)


def _watched(watcher: asyncio.Task[Sight | None]) -> Ended:
    problem = watcher.exception()
    return (
        Watched(sight=watcher.result()) if problem is None else Broken(turn=None, problem=problem)
    )


async def _end(tasks: Collection[asyncio.Task[Any]]) -> None:
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
