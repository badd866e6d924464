"""The commands, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from deploy.loadtest.report import Report
from tests.redis_server import needs_redis

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = ("smoke", "steady", "burst", "ramp", "crowd", "soak", "chaos", "fairness")


def run(scenario: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"deploy.loadtest.{scenario}", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.sweep
def test_every_scenario_tells_its_options(scenario):
    done = run(scenario, "--help")
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--seed", "--out", "--picture"))


def test_a_service_on_another_machine_is_refused_in_words():
    done = run("smoke", "--url", "http://192.0.2.1:8000")
    assert done.returncode == 2
    assert "is not a loopback address" in done.stderr
    assert "Traceback" not in done.stderr


def started_by(folder: Path) -> list[int]:
    """Processes whose command line or settings name a folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            told = (process / "environ").read_bytes() if process.name.isdigit() else b""
        except OSError:
            continue
        if str(folder).encode() in told:
            found.append(int(process.name))
    return found


@pytest.mark.sweep
@pytest.mark.parametrize("workers", [0, 1], ids=["embedded", "scaled"])
def test_the_smoke_test_passes(tmp_path, workers):
    if workers:
        needs_redis()
    done = run("smoke", "--workers", workers, "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((tmp_path / "smoke.json").read_text())
    jsonschema.validate(told, Report.model_json_schema())
    assert (told["verdict"], told["ends"]["solved"] > 20) == ("met", True)
    assert told["figures"]["attempts"]["mean"] > 1.0
    assert told["figures"]["get_session_seconds"]["count"] > 10
    assert told["traffic"]["hung_up"] > 0
    assert (tmp_path / "smoke.png").stat().st_size > 20_000


@pytest.mark.sweep
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_that_was_started(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.loadtest.smoke", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    # Whatever it starts has the folder in its settings: TMPDIR is handed on.
    deadline = time.monotonic() + 60.0
    while len(started_by(tmp_path)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "all that was started has ended" in told
    assert started_by(tmp_path) == []
    assert not list(tmp_path.glob("loadtest-*"))
