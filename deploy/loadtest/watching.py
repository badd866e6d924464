"""What is watched from outside while sessions run: the time of `GET`, memory, CPU."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from types import TracebackType
from typing import Self

from deploy.loadtest.probe import KEY
from deploy.loadtest.programs import children, cpu_seconds, rss_mebibytes
from deploy.loadtest.report import Probe, Sample
from deploy.loadtest.stage import ROOT, Stage

SAMPLE_SECONDS = 1.0
PROBE_END_SECONDS = 10.0
CLIENTS = "clients"
MOST_BYTES = 1 << 26


class Watch:
    """Watches a service while it is entered.

    Attributes:
        probes: `GET` requests made so far.
        samples: Memory and CPU of the programs, and of the test's own clients.

    Args:
        stage: The service, and the programs that are looked at.
        gets_per_second: How often a client looks at sessions; 0 leaves that out.
        key: API key of that client.
    """

    def __init__(self, stage: Stage, *, gets_per_second: float, key: str = "") -> None:
        self.probes: list[Probe] = []
        self.samples: list[Sample] = []
        self._stage = stage
        self._rate = gets_per_second
        self._key = key
        self._probing: Process | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks.append(asyncio.create_task(self._sample()))
        if self._rate > 0.0:
            self._probing = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "deploy.loadtest.probe"),
                *(self._stage.address.url, str(self._rate)),
                stdin=PIPE,
                stdout=PIPE,
                # Nothing is read before the end, and it must never wait for a reader.
                limit=MOST_BYTES,
                env={**os.environ, "PYTHONPATH": str(ROOT), KEY: self._key},
                start_new_session=True,
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._probing is not None and kind is None:
                await self._read_probes(self._probing)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._probing is not None:
                with suppress(ProcessLookupError):
                    self._probing.kill()
                await self._probing.wait()

    def know(self, session_id: str) -> None:
        """Have a session looked at from now on."""
        if self._probing is not None and self._probing.stdin is not None:
            with suppress(OSError):
                self._probing.stdin.write(f"{session_id}\n".encode())

    async def _read_probes(self, probing: Process) -> None:
        """End the client that looks, and take what it has told."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PROBE_END_SECONDS):
                # Bytes, though none: they have its input closed behind them.
                told, _ = await probing.communicate(b"")
                self.probes += [Probe(**json.loads(line)) for line in told.splitlines()]

    async def _sample(self) -> None:
        while True:
            numbers = {name: program.pid for name, program in self._stage.programs.items()}
            found = (
                sample_of(name, pid) for name, pid in {**numbers, CLIENTS: os.getpid()}.items()
            )
            self.samples += [sample for sample in found if sample is not None]
            await asyncio.sleep(SAMPLE_SECONDS)


def sample_of(name: str, pid: int | None) -> Sample | None:
    """Look at a process now; None where it does not run."""
    if pid is None or (rss := rss_mebibytes(pid)) is None or (cpu := cpu_seconds(pid)) is None:
        return None
    below = sum(rss_mebibytes(child) or 0.0 for child in children(pid))
    return Sample(
        at=time.time(),
        program=name,
        pid=pid,
        rss_mebibytes=round(rss, 1),
        children_mebibytes=round(below, 1),
        cpu_seconds=round(cpu, 2),
    )
