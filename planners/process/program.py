"""One program, run to its end under limits, and killed with all that it has started.

Each runs under a guard (`planners.process.guard`), a small process that outlives this one if it
has to. Without a shell, without the service's environment, in a session of its own.
"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, cast

from planners.errors import TookTooLong, WroteTooMuch
from planners.pool import Limits
from planners.process import guard
from planners.process.guard import Terms
from planners.process.output import Output
from planners.process.waiting import to_the_end
from planners.process.workplace import workplace_around

MEBIBYTE = 1024 * 1024
OPEN_FILES = 1024
# Where no process can be adopted, one that escaped may hold the output for ever.
SECONDS_FOR_THE_REST = 2.0
# In small letters, as they stand at the end of what allocators and runtimes say.
WORDS_OF_NO_MEMORY = (
    "memoryerror",
    "bad_alloc",
    "outofmemoryerror",
    "out of memory",
    "no memory",
    "dynamic memory",
    "cannot allocate memory",
    "failed to allocate memory",
    "memory limit has been reached",
    "reached memory limit",
    "memory exhausted",
    "insufficient memory",
    "could not reserve enough space",
)
# Programs that filled 64 MiB to 1 GiB in small pieces were refused more at 94 to 100 %.
SHARE_THAT_IS_SHORT = 0.9
CHARACTERS_THAT_TELL = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A program that came to its end by itself.

    Attributes:
        code: Its exit code; that of a signal is negative.
        output: What it wrote to both of its streams; what is no UTF-8 is replaced.
        omitted_bytes: How much of that is left out in its middle.
        cpu_seconds: CPU time of all its processes.
        peak_mebibytes: Most resident memory of any one of them; never under the guard's own,
            some nine.
        memory_ran_out: It failed, and what it wrote last or its peak says that it is for
            want of memory. Not a proof: a program need not tell.
    """

    code: int
    output: str
    omitted_bytes: int = 0
    cpu_seconds: float = 0.0
    peak_mebibytes: float = 0.0
    memory_ran_out: bool = False

    @property
    def ending(self) -> str:
        """How it ended: `exit code 3` or `signal 9`."""
        return f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"


async def run(
    program: Path,
    *arguments: str,
    folder: Path,
    limits: Limits,
    most_output: int = MEBIBYTE,
    keep_ends: bool = False,
    most_file_mebibytes: int = 1024,
    cpu_seconds: float | None = None,
    grace_seconds: float = 0.5,
    environment: Mapping[str, str] | None = None,
    online: bool = False,
) -> Ended:
    """Run a program without a shell, with nothing to read from.

    Its end is the end of everything it has started, whatever way that comes: by itself, by a
    limit, when whoever waits is cancelled, when this process is killed. In each case but the
    first, all are asked to end (SIGTERM) and killed after the grace. All are gone when this
    returns or raises. Off Linux, those in sessions of their own may live on, and memory is
    not limited.

    Args:
        program: Its file.
        arguments: As it gets them.
        folder: Where it works. If that is a workplace, or in one, and this process is killed,
            the workplace is removed.
        limits: Wall-clock time, from the program's start, and address space of each process.
        most_output: How many bytes it may write to its two streams together.
        keep_ends: If it writes more, keep the first and the last half of that and let it go
            on, rather than end it.
        most_file_mebibytes: Size of each file; a program that writes more gets SIGXFSZ.
        cpu_seconds: CPU time of each process (SIGXCPU, and 2 s later SIGKILL); the wall-clock
            time unless given. More for programs with threads.
        grace_seconds: From SIGTERM to SIGKILL.
        environment: Beyond `PATH`, `LC_ALL=C`, and `HOME` and `TMPDIR`, which are the folder.
        online: Whether it may have sockets. Without, it gets none, not even of this machine
            (see `planners.offline` for where that holds).

    Raises:
        TookTooLong: a `BoundReached`: its wall-clock or CPU time is over.
        WroteTooMuch: a `BoundReached`: its output is over the bound.
        OSError: it cannot be started, or its guard was killed (`ChildProcessError`).
    """
    terms = Terms(
        seconds=float(limits.seconds),
        grace_seconds=float(grace_seconds),
        cpu_seconds=ceil(cpu_seconds or limits.seconds),
        memory_bytes=limits.memory_mebibytes * MEBIBYTE,
        file_bytes=most_file_mebibytes * MEBIBYTE,
        open_files=OPEN_FILES,
        folder=workplace_around(folder),
        online=online,
    )
    transport, watch = await asyncio.get_running_loop().subprocess_exec(
        lambda: _Watch(Output(most_output), keep_ends=keep_ends),
        *guard.command_of(terms, str(program), *arguments),
        cwd=folder,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        env=_environment(folder) | dict(environment or {}),
    )
    try:
        watch.send(guard.START)
        await watch.until_the_end()
    except BaseException:
        watch.send(guard.STOP)
        await to_the_end(watch.until_the_end())
        raise
    finally:
        transport.close()
    return _ended(program, watch, terms)


def _environment(folder: Path) -> dict[str, str]:
    home = str(folder.absolute())
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": home, "TMPDIR": home}


class _Watch(asyncio.SubprocessProtocol):
    """What comes from a guard and its program. See the guard for its words."""

    def __init__(self, output: Output, *, keep_ends: bool) -> None:
        self.output = output
        self.overflowed = False
        self._keep_ends = keep_ends
        self._told = bytearray()
        self._gone = asyncio.Event()
        self._all_told = asyncio.Event()
        self._over = asyncio.Event()
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != 1:
            self._told += data
            return
        self.output.take(data)
        if self.output.omitted and not self._keep_ends and not self.overflowed:
            self.overflowed = True
            self.send(guard.STOP)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's name)
        if fd == 2:
            self._all_told.set()

    def process_exited(self) -> None:
        self._gone.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's name)
        self._over.set()

    @property
    def told(self) -> dict[str, list[str]]:
        """What the guard has told: the words of each line by its first."""
        lines = (line.split() for line in self._told.decode(errors="replace").splitlines())
        return {words[0]: words[1:] for words in lines if words}

    @property
    def last_word(self) -> str:
        """The last line that the guard has told: of an error, if it failed."""
        return self._told.decode(errors="replace").rstrip().rpartition("\n")[2]

    def send(self, word: bytes) -> None:
        """Tell the guard something, if it is still there."""
        assert self._transport is not None
        pipe: Any = self._transport.get_pipe_transport(0)
        if pipe is not None and not pipe.is_closing():
            pipe.write(word)

    async def until_the_end(self) -> None:
        """Wait until the guard has ended and all has been read."""
        await self._gone.wait()
        await self._all_told.wait()
        if guard.STARTED in self.told and guard.ENDED not in self.told:
            # It was killed. The program has died with it; its group has not.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(int(self.told[guard.STARTED][0]), signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_FOR_THE_REST):
                await self._over.wait()


def _ended(program: Path, watch: _Watch, terms: Terms) -> Ended:
    """Say how a program ended, or raise what it was ended for."""
    told, output = watch.told, watch.output
    if guard.FAILED in told:
        number = int(told[guard.FAILED][0])
        raise OSError(number, os.strerror(number), str(program))
    if guard.ENDED not in told:
        raise ChildProcessError(f"the guard of {program.name} was lost: {watch.last_word}")
    how, *numbers = told[guard.ENDED]
    code, microseconds, kibibytes = map(int, numbers)
    if watch.overflowed:
        raise WroteTooMuch(f"bytes of output of {program.name}", output.most)
    if how == guard.LATE:
        raise TookTooLong(f"seconds for {program.name}", terms.seconds)
    if code == -signal.SIGXCPU:
        raise TookTooLong(f"seconds of CPU time for {program.name}", terms.cpu_seconds)
    text = output.text()
    end = text[-CHARACTERS_THAT_TELL:].lower()
    short = kibibytes * 1024 > terms.memory_bytes * SHARE_THAT_IS_SHORT
    return Ended(
        code=code,
        output=text,
        omitted_bytes=output.omitted,
        cpu_seconds=microseconds / 1e6,
        peak_mebibytes=kibibytes / 1024,
        memory_ran_out=code != 0 and (short or any(word in end for word in WORDS_OF_NO_MEMORY)),
    )
