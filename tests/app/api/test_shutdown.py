"""Ending by a signal, in a process of its own."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.app.api.serving import LIMITS
from tests.app.api.test_batches import LINES, lines
from tests.app.api.test_plans import ASKED, AT_ONCE

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def served(folder: Path, *how: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.api.process", str(folder), *how],
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
        received, began = "", None
        with client.stream("GET", url) as response:
            for text in response.iter_text():
                received += text
                if "attempt_finished" in received and began is None:
                    process.send_signal(signal.SIGTERM)
                    began = time.monotonic()
        process.wait(20)
        assert began is not None
        assert time.monotonic() - began < 5
    assert received.endswith("retry: 1000\n\n")

    with served(tmp_path) as (_, client):
        session = client.get(f"/v1/plans/{session_id}", params={"wait": 20}).json()
        events = client.get(url).text
    assert session["status"] == "solved"
    assert session["spent"]["attempts"] == 2
    assert events.count("event: attempt_finished") == 2
    assert events.count("event: released") == 1


def in_flight(client: httpx.Client) -> str:
    """Begin a session; gives its id once its first attempt is in flight."""
    session_id = client.post("/v1/plans", json=ASKED, headers=AT_ONCE).json()["id"]
    deadline = time.monotonic() + 20
    while client.get(f"/v1/plans/{session_id}").json()["status"] == "queued":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return str(session_id)


def test_a_signal_lets_attempts_in_flight_finish_while_nothing_new_is_taken(tmp_path):
    with served(tmp_path, "2", "0", "20") as (process, client):
        session_id = in_flight(client)
        process.send_signal(signal.SIGTERM)
        while client.get("/readyz").status_code == 200:
            time.sleep(0.01)
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").status_code == 200
        refused = client.post("/v1/plans", json=ASKED, headers=AT_ONCE)
        assert refused.status_code == 503
        assert "retry-after" in refused.headers
        # Its first attempt takes two seconds, and a second one is not begun.
        process.wait(20)
    with served(tmp_path) as (_, client):
        session = client.get(f"/v1/plans/{session_id}", params={"wait": 20}).json()
        events = client.get(f"/v1/plans/{session_id}/events").text
    assert session["status"] == "solved"
    assert events.count("event: attempt_started") == 2
    assert events.count("event: released") == 1


def test_a_second_signal_ends_at_once_and_loses_nothing(tmp_path):
    with served(tmp_path, "30", "0", "60") as (process, client):
        session_id = in_flight(client)
        process.send_signal(signal.SIGTERM)
        while client.get("/readyz").status_code == 200:
            time.sleep(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert time.monotonic() - began < 5
    with served(tmp_path, "0.01") as (_, client):
        session = client.get(f"/v1/plans/{session_id}", params={"wait": 20}).json()
        events = client.get(f"/v1/plans/{session_id}/events").text
    assert session["status"] == "solved"
    assert events.count("event: released") == 1


def test_a_batch_whose_process_is_killed_while_it_accepts_it_is_made_whole_when_sent_again(
    tmp_path,
):
    body = lines(*({**ASKED, "id": f"{number}"} for number in range(LIMITS.batch_lines)))
    headers = {**LINES, "Idempotency-Key": "mine"}
    asked = {"content": body, "headers": headers}

    def kill_in_the_middle(process: subprocess.Popen[str], client: httpx.Client) -> None:
        while not any(made["batch"] for made in client.get("/v1/plans").json()["sessions"]):
            pass
        process.kill()

    with served(tmp_path, "3600") as (process, client):
        killing = threading.Thread(target=kill_in_the_middle, args=(process, client))
        killing.start()
        with pytest.raises(httpx.HTTPError), httpx.Client(base_url=client.base_url) as other:
            other.post("/v1/batches", timeout=60, **asked)
        killing.join()

    with served(tmp_path, "3600") as (_, client):
        (batch,) = client.get("/v1/batches").json()["batches"]
        there = client.get(f"/v1/batches/{batch['id']}").json()
        assert there["total"] == LIMITS.batch_lines
        assert 0 < there["missing"] < LIMITS.batch_lines
        assert there["missing"] + sum(there["counts"].values()) == LIMITS.batch_lines
        again = client.post("/v1/batches", timeout=60, **asked).json()
        assert (again["id"], again["missing"]) == (batch["id"], 0)
        assert sum(again["counts"].values()) == LIMITS.batch_lines
        assert len(client.get("/v1/batches").json()["batches"]) == 1
