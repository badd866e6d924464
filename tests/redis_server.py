"""A real Redis for tests: started on a free port, killed and started again where they ask."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from redis import Redis
from redis.exceptions import RedisError

PROGRAM = shutil.which("redis-server")
START_SECONDS = 20.0


class RedisServer:
    """A `redis-server` of one's own, on a port that stays the same over its restarts.

    Args:
        folder: Where it keeps what it writes.
        durable: Keep an append-only file and write it to the disk with each command; else
            all is forgotten with the process.
        options: More options of the program, such as `--maxmemory 4mb`.
    """

    def __init__(self, folder: Path, *, durable: bool = False, options: tuple[str, ...] = ()):
        self.folder = folder
        self.durable = durable
        self.options = options
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the program and wait until it answers."""
        assert PROGRAM is not None
        assert self.process is None
        append_only = ("yes", "always") if self.durable else ("no", "no")
        command = [
            *(PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--dir", str(self.folder), "--save", "", "--logfile", "redis.log"),
            *("--appendonly", append_only[0], "--appendfsync", append_only[1]),
            *self.options,
        ]
        # A group of its own: an interrupt from the terminal is for the tests alone.
        self.process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                told = (self.folder / "redis.log").read_text(errors="replace")
                raise AssertionError(f"redis-server did not start:\n{told}")
            time.sleep(0.01)

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """End the process, as a crash does, or by another signal; wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(signal_number)
            self.process.wait(timeout=START_SECONDS)
            self.process = None

    def pause(self) -> None:
        """Stop the process without ending it: connections stay, nothing answers."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Have a stopped process go on."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def client(self) -> Redis:
        """Give a client of the library's own, which waits for its answers; close it."""
        return Redis(host="127.0.0.1", port=self.port, socket_timeout=5.0)

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


def free_port() -> int:
    """Give a port on which nobody listens now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def needs_redis() -> None:
    """Skip the test where the program is missing."""
    if PROGRAM is None:
        pytest.skip("redis-server is not on the PATH: apt-get install redis-server")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for all tests of a run that do not kill it; it forgets all with its end."""
    needs_redis()
    with tempfile.TemporaryDirectory(prefix="redis-") as folder, RedisServer(Path(folder)) as one:
        yield one


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Where an empty Redis listens."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def durable_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own with an append-only file, to be killed and started again."""
    needs_redis()
    folder = tmp_path / "redis"
    folder.mkdir()
    with RedisServer(folder, durable=True) as one:
        yield one
