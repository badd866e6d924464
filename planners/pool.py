"""One function in processes that can be killed: by a time limit, by memory, by who waits.

Each process has two pipes of its own and shares no lock with another, so that one that is
killed at any moment takes nothing with it but its own call.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from planners.errors import BoundReached, WorkerLost
from planners.worker import LENGTH, MOST_BYTES_OF_AN_ANSWER, READY

ROOT = str(Path(__file__).resolve().parents[1])
MOST_KNOWN = 16
MOST_BYTES_ON_THE_LOOP = 16_384
SECONDS_TO_START = 60.0
SECONDS_TO_DIE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a pool may take.

    Attributes:
        processes: How many calls run at once.
        seconds: Wall-clock time of one call, without waiting for a free process.
        memory_mebibytes: Address space of one process.
    """

    processes: int = 2
    seconds: float = 30.0
    memory_mebibytes: int = 1024


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, and what it was called with last."""

    process: Process
    known: deque[Hashable] = field(default_factory=lambda: deque(maxlen=MOST_KNOWN))

    async def begin(self) -> None:
        """Wait until it is ready to be asked."""
        assert self.process.stdout is not None
        await self.process.stdout.readexactly(len(READY))

    async def ask(self, request: bytes) -> bytes:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(LENGTH.pack(len(request)) + request)
        await stdin.drain()
        (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        if length > MOST_BYTES_OF_AN_ANSWER:
            raise ConnectionError(f"an answer of {length} bytes")
        return await stdout.readexactly(length)


class WorkerPool:
    """Calls one function in processes of its own, which are kept for the next call.

    Processes start when they are needed. Cancelling a call kills its process. Belongs to one
    event loop; close it there.

    Args:
        function: `module:name` of a function whose arguments, results and errors pickle.
        limits: What it may take.
    """

    def __init__(self, function: str, limits: Limits) -> None:
        self._function = function
        self._limits = limits
        self._places = asyncio.Semaphore(limits.processes)
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._ending: set[asyncio.Task[int]] = set()
        self._closed = False
        self._calls = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def load(self) -> tuple[int, int]:
        """How many calls are being made now, and how many wait for a process."""
        made = min(self._calls, self._limits.processes)
        return made, self._calls - made

    async def warm(self) -> None:
        """Start every process now, so that no call waits for one to start."""
        self._bury()
        missing = self._limits.processes - len(self._alive)
        self._idle.extend(await asyncio.gather(*(self._start() for _ in range(missing))))

    async def call(self, *arguments: Any, about: Hashable = None) -> Any:
        """Call the function in a process.

        What a process has kept of earlier calls must not decide over this one: where one that
        served before runs out of memory or is lost, the call is made once more in a new one.

        Args:
            arguments: Of the function.
            about: What the call is about; a process that knows it already goes first.

        Raises:
            BoundReached: it took more than it may, of time or of memory.
            WorkerLost: the process ended in the middle of it.
            Exception: whatever the function raises.
        """
        request = await asyncio.to_thread(pickle.dumps, arguments, pickle.HIGHEST_PROTOCOL)
        self._calls += 1
        try:
            kind, found = await self._placed(request, about)
        finally:
            self._calls -= 1
        match kind:
            case "value":
                return found
            case "error":
                raise found
            case "memory":
                raise BoundReached(
                    "mebibytes of memory for one judgement", self._limits.memory_mebibytes
                )
        raise WorkerLost(found)

    async def _placed(self, request: bytes, about: Hashable) -> tuple[str, Any]:
        """Make a call once there is a place for it."""
        async with self._places:
            worker = self._take(about) or await self._start()
            has_served = bool(worker.known)
            kind, found = await self._ask(worker, request, about)
            if has_served and kind in {"memory", "lost"}:
                kind, found = await self._ask(await self._start(), request, about)
        return kind, found

    async def close(self) -> None:
        """End every process; calls that are being made raise `WorkerLost`."""
        self._closed = True
        self._idle.clear()
        for worker in tuple(self._alive):
            self._end(worker)
        await asyncio.gather(*self._ending)

    def _take(self, about: Hashable) -> _Worker | None:
        """Take a process that is free: one that knows what it is about, else the last used."""
        self._bury()
        if not self._idle:
            return None
        knowing = (place for place, worker in enumerate(self._idle) if about in worker.known)
        return self._idle.pop(next(knowing, -1))

    def _bury(self) -> None:
        """Forget the processes that ended while they were free."""
        for worker in tuple(self._idle):
            if worker.process.returncode is not None:
                self._idle.remove(worker)
                self._end(worker)

    async def _start(self) -> _Worker:
        self._stay_closed()
        # A session of its own: signals that a terminal sends to all go past it.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "planners.worker"),
            *(self._function, str(self._limits.memory_mebibytes)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
            env=_environment(),
        )
        worker = _Worker(process)
        self._alive.add(worker)
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                await worker.begin()
            self._stay_closed()
        except (TimeoutError, asyncio.IncompleteReadError) as problem:
            reason = await self._epitaph(worker, problem)
            self._end(worker)
            raise WorkerLost(f"it did not start: {reason}") from problem
        except BaseException:
            self._end(worker)
            raise
        return worker

    def _stay_closed(self) -> None:
        if self._closed:
            raise WorkerLost("the pool is closed")

    async def _ask(self, worker: _Worker, request: bytes, about: Hashable) -> tuple[str, Any]:
        """Have a process make the call; it is free again afterwards, or dead."""
        seconds = self._limits.seconds
        answer: tuple[str, Any] = ("broken", "")
        try:
            async with asyncio.timeout(seconds):
                body = await worker.ask(request)
            if len(body) <= MOST_BYTES_ON_THE_LOOP:
                answer = pickle.loads(body)  # noqa: S301 (from our own worker)
            else:
                answer = await asyncio.to_thread(pickle.loads, body)
        except TimeoutError:
            limit = int(seconds) if seconds == int(seconds) else seconds
            raise BoundReached("seconds for one judgement", limit) from None
        except (asyncio.IncompleteReadError, ConnectionError) as problem:
            return "lost", await self._epitaph(worker, problem)
        finally:
            if answer[0] in {"value", "error"} and not self._closed:
                worker.known.append(about)
                self._idle.append(worker)
            else:
                self._end(worker)
        return answer

    async def _epitaph(self, worker: _Worker, problem: Exception) -> str:
        if self._closed:
            return "the pool was closed"
        # Its pipe ends before it is seen to be dead. Killed in between, its exit code is lost.
        try:
            async with asyncio.timeout(SECONDS_TO_DIE):
                code = await worker.process.wait()
        except TimeoutError:
            return str(problem)
        return f"ended by signal {-code}" if code < 0 else f"exit code {code}"

    def _end(self, worker: _Worker) -> None:
        """Kill a process, and have it looked after until it is gone."""
        if worker not in self._alive:
            return
        self._alive.discard(worker)
        if worker.process.returncode is None:
            worker.process.kill()
        ending = asyncio.get_running_loop().create_task(worker.process.wait())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _environment() -> dict[str, str]:
    """Give what a worker may know of the environment: our settings hold keys."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MODULO_")}
    paths = (ROOT, kept.get("PYTHONPATH", ""))
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
