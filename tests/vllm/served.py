"""A real vLLM, started for the tests and ended with everything it started."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = (ROOT / ".vllm" / "bin" / "python", Path("/opt/vllm-venv/bin/python"))
WEIGHTS = ROOT / "app" / "apprentice" / "weights"
START_SECONDS = 400.0
END_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that answers.

    Attributes:
        url: Where its API begins.
        name: Under which it serves the model.
        start_seconds: From starting the process to the first answer.
    """

    url: str
    name: str
    start_seconds: float

    async def metric(self, client: httpx.AsyncClient, name: str) -> float:
        """Read one of its Prometheus metrics, added up over its engines."""
        page = (await client.get(self.url.removesuffix("/v1") + "/metrics")).text
        values = re.findall(rf"^vllm:{name}{{[^}}]*}} (\S+)$", page, re.MULTILINE)
        assert values, f"no metric {name}"
        return sum(map(float, values))


def interpreter() -> Path:
    """Find the interpreter of an environment with vLLM, or skip the test."""
    named = os.environ.get("MODULO_VLLM_PYTHON")
    candidates = (Path(named),) if named else PYTHONS
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    pytest.skip(
        "no vLLM: deploy/vllm/install-cpu.sh installs it into .vllm; MODULO_VLLM_PYTHON may "
        "name another interpreter"
    )


def model_folder() -> Path:
    """Find the weights to serve, or skip the test."""
    folder = Path(os.environ.get("MODULO_VLLM_MODEL", WEIGHTS))
    if not (folder / "config.json").is_file():
        pytest.skip(f"no weights to serve in {folder}; MODULO_VLLM_MODEL may name others")
    return folder


@contextmanager
def served(log: Path) -> Generator[Served, None, None]:
    """Start deploy/vllm/serve-cpu.sh on a free port; end its whole group afterwards."""
    python, folder = interpreter(), model_folder()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "MODULO_VLLM_PYTHON": str(python),
        "MODULO_VLLM_NAME": "served",
    }
    began = time.monotonic()
    with log.open("wb") as written:
        server = subprocess.Popen(
            [str(ROOT / "deploy" / "vllm" / "serve-cpu.sh"), str(folder), str(port)],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        _wait_for_health(server, port, began, log)
        yield Served(
            url=f"http://127.0.0.1:{port}/v1",
            name="served",
            start_seconds=time.monotonic() - began,
        )
    finally:
        _end_group(server)


def _wait_for_health(server: subprocess.Popen[bytes], port: int, began: float, log: Path) -> None:
    while time.monotonic() - began < START_SECONDS:
        if server.poll() is not None:
            break
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=5.0).is_success:
                return
        time.sleep(0.5)
    pytest.fail(f"vLLM did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _end_group(server: subprocess.Popen[bytes]) -> None:
    # The engine and its workers are processes of their own, in the group of the server.
    for ending, seconds in ((signal.SIGTERM, END_SECONDS), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, ending)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            server.poll()
            try:
                os.killpg(server.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.1)
