"""`modulo serve` and `modulo worker` over one Redis, run as a user runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from planners.generators.blocksworld import generate

MODULO = Path(sys.executable).parent / "modulo"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    *arguments: str, port: int, folder: Path, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Run a command that listens, until the end of the test; it is ready then."""
    environment = {f"MODULO_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [MODULO, *arguments, "--port", str(port)],
        env={**os.environ, "XDG_STATE_HOME": str(folder), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            deadline = time.monotonic() + 60
            while not is_ready(client):
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < deadline, "it did not come up"
                time.sleep(0.05)
            yield process, client
    finally:
        process.kill()
        process.communicate()


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_worker_without_a_redis_says_what_it_needs_and_exits_with_2():
    environment = {name: value for name, value in os.environ.items() if "REDIS" not in name}
    done = subprocess.run(
        [MODULO, "worker"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "MODULO_REDIS_URL" in done.stderr


def test_a_worker_whose_redis_is_away_says_so_and_exits_with_3():
    done = subprocess.run(
        [MODULO, "worker"],
        env={**os.environ, "MODULO_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "not available" in done.stderr


@pytest.mark.sweep
def test_what_is_asked_for_in_one_process_is_run_in_another(redis_url, tmp_path):
    task = generate(3, 1)
    asked = {"domain": task.domain, "problem": task.problem}
    settings = {"redis_url": redis_url}
    with running("serve", port=free_port(), folder=tmp_path, **settings) as (_, api):
        waits = api.post("/v1/plans", json=asked, headers={"Prefer": "respond-async"})
        url = waits.headers["location"]
        # Nobody runs it here: the process that serves does nothing else.
        assert api.get(url, params={"wait": 1}).json()["status"] == "queued"
        with running("worker", port=free_port(), folder=tmp_path, **settings) as (worker, health):
            assert api.get(url, params={"wait": 30}).json()["status"] == "solved"
            assert health.get("/livez").status_code == 200
            assert "modulo_" in health.get("/metrics").text
            assert health.get("/v1/plans").status_code == 404
            worker.send_signal(signal.SIGTERM)
            worker.wait(20)
