"""Ending by a signal, in a process of its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.app.api.test_plans import ASKED, AT_ONCE

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.api.process", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


def test_a_signal_ends_streams_at_once_and_the_next_process_goes_on(tmp_path):
    with served(tmp_path) as (process, client):
        session_id = client.post("/v1/plans", json=ASKED, headers=AT_ONCE).json()["id"]
        url = f"/v1/plans/{session_id}/events"
        received = ""
        with client.stream("GET", url) as response:
            for text in response.iter_text():
                received += text
                if "attempt_finished" in received and process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    began = time.monotonic()
        process.wait(20)
        assert time.monotonic() - began < 5
    assert received.endswith("retry: 1000\n\n")

    with served(tmp_path) as (_, client):
        session = client.get(f"/v1/plans/{session_id}", params={"wait": 20}).json()
        events = client.get(url).text
    assert session["status"] == "solved"
    assert session["spent"]["attempts"] == 2
    assert events.count("event: attempt_finished") == 2
    assert events.count("event: released") == 1
