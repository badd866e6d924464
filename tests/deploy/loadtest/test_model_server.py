"""The command, run as a user runs it, with `modulo solve` as its client."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planners import Task, Valid, read_plan, verify
from tests.app.test_cli import modulo

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "deploy.loadtest.model_server")


@contextmanager
def started(*arguments: object) -> Generator[tuple[str, subprocess.Popen[str]], None, None]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().split()[-1], process
    finally:
        process.kill()
        process.communicate()


def refused(*arguments: object) -> str:
    told = subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    return told.stderr


def test_modulo_solves_a_task_with_it_after_some_rounds_and_a_signal_ends_it(tmp_path):
    modulo("generate", "blocksworld", "--blocks", 6, "--seed", 30, "--out", ".", cwd=tmp_path)
    with started("--seed", 3, "--flawed", 0.9, "--token", 0.001) as (url, server):
        done = modulo(
            *("solve", "domain.pddl", "problem.pddl", "--model-url", url, "--model", "simulated"),
            *("--strategy", "backprompt", "--json", "--plan", "found.plan"),
            cwd=tmp_path,
        )
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) in {0, -signal.SIGTERM}
        assert server.stderr.read() == ""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    finished = [event for event in events if event["type"] == "attempt_finished"]
    assert (done.returncode, events[-1]["type"]) == (0, "solved")
    assert len(finished) == 4
    domain, problem = ((tmp_path / f"{name}.pddl").read_text() for name in ("domain", "problem"))
    task = Task(domain=domain, problem=problem)
    plan = read_plan((tmp_path / "found.plan").read_text())
    assert isinstance(verify(task, plan), Valid)


def test_it_listens_on_loopback_alone():
    with started() as (url, _):
        assert url.startswith("http://127.0.0.1:")
        port = int(url.removesuffix("/v1").rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        # Another address of this machine, which a server on all of them would answer.
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_share_of_faults_that_makes_no_sense_is_refused_in_words():
    assert "no fault with its share" in " ".join(refused("--faults", "500=1").split())


def test_a_port_that_is_taken_is_refused_in_words():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused("--port", taken.getsockname()[1])
    assert "already in use" in " ".join(said.split())
