"""Processes that a load test starts, watches, kills and ends; none outlives its test."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TAIL = 2000
END_SECONDS = 20.0


class NotStarted(RuntimeError):
    """A program of the test did not come up.

    Attributes:
        name: Which one.
        told: The end of what it wrote.
    """

    def __init__(self, name: str, told: str) -> None:
        super().__init__(name, told)
        self.name = name
        self.told = told

    def __str__(self) -> str:
        return f"{self.name} did not start; it wrote: {self.told.strip() or 'nothing'}"


class Program:
    """One program, which may be started again after it has ended.

    Args:
        name: For the report.
        command: Program and arguments.
        environment: All of it.
        folder: Where what it writes is kept, in `NAME.log`.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its number while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process is not None else None

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            # In a session of its own: an interrupt from the terminal is for the test alone,
            # and what it starts can be ended with it.
            self._process = subprocess.Popen(  # noqa: S603 (a program of ours)
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it with -9, it alone: what it has started has to see to itself."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self, seconds: float = END_SECONDS) -> None:
        """Ask it to end, and end it with all that it has started when it does not."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, seconds)
        finally:
            # Its group has its number, and lives on while anyone in it does.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def told(self) -> str:
        """Give the end of what it wrote."""
        return self._log.read_text(errors="replace")[-TAIL:] if self._log.exists() else ""


def children(pid: int) -> tuple[int, ...]:
    """Name the processes that one has started and that still run."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return ()
    return tuple(map(int, listed.split()))


def rss_mebibytes(pid: int) -> float | None:
    """Say how much memory a process holds, or None where it does not run."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    _, found, rest = status.partition("VmRSS:")
    return int(rest.split(maxsplit=1)[0]) / 1024 if found else None


def cpu_seconds(pid: int) -> float | None:
    """Say how much CPU time a process has taken, or None where it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
