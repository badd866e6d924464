"""One program, run to its end under limits, and killed with all it has started."""

import asyncio
import os
import resource
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from planners.errors import BoundReached
from planners.pool import Limits

MEBIBYTE = 1024 * 1024
MOST_BYTES_OF_OUTPUT = MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A program that came to its end.

    Attributes:
        code: Its exit code; that of a signal is negative.
        output: What it wrote to both of its streams; what is no UTF-8 is replaced.
    """

    code: int
    output: str


async def run(program: Path, *arguments: str, folder: Path, limits: Limits) -> Ended:
    """Run a program without a shell.

    It has a process group of its own, which is killed when this returns, however it does:
    by a limit, too, and when whoever waits is cancelled. Should this process be killed,
    the program ends when its CPU time is spent.

    Args:
        program: Its file.
        arguments: As it gets them.
        folder: Where it works.
        limits: Wall-clock time, which is also the most CPU time, and address space.

    Raises:
        BoundReached: it took too long or wrote too much.
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *(str(program), *arguments),
        cwd=folder,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    assert process.stdout is not None
    try:
        _limit(process.pid, limits)
        async with asyncio.timeout(limits.seconds):
            output = await _all_of(process.stdout)
            code = await process.wait()
    except TimeoutError:
        raise BoundReached(f"seconds for {program.name}", limits.seconds) from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())
    return Ended(code=code, output=output.decode(errors="replace"))


async def _all_of(stream: asyncio.StreamReader) -> bytes:
    read = bytearray()
    while chunk := await stream.read(MEBIBYTE):
        read += chunk
        if len(read) > MOST_BYTES_OF_OUTPUT:
            raise BoundReached("bytes of output", MOST_BYTES_OF_OUTPUT)
    return bytes(read)


def _limit(pid: int, limits: Limits) -> None:
    """Limit a process that has just begun. Only Linux can; elsewhere the clock is the limit."""
    if not hasattr(resource, "prlimit"):
        return
    memory, seconds = limits.memory_mebibytes * MEBIBYTE, ceil(limits.seconds)
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
