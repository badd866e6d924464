"""Recovery from a process that was killed in the middle of its sessions."""

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from app.sessions.history import tell
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from tests.app.sessions.process import ATTEMPTS, SESSIONS

ROOT = Path(__file__).resolve().parents[3]


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.app.sessions.process", str(folder)], cwd=ROOT
    )


def asked(folder: Path) -> list[int]:
    file = folder / "asked"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def kill_in_the_middle(folder: Path) -> None:
    process = start(folder)
    deadline = time.monotonic() + 60
    while 3 not in asked(folder):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


async def test_killed_sessions_go_on_where_their_logs_end(tmp_path):
    kill_in_the_middle(tmp_path)
    before = len(asked(tmp_path))

    async with SqliteStore(tmp_path / "sessions.db") as store:
        assert len(await store.unfinished()) == SESSIONS
        finished = {
            number: len(tell(f"s{number}", await store.read(f"s{number}")).attempts)
            for number in range(SESSIONS)
        }
    assert max(finished.values()) >= 2

    assert start(tmp_path).wait(60) == 0
    # The second process asked for what was not finished, and for nothing else.
    missing = Counter(
        attempt for done in finished.values() for attempt in range(done + 1, ATTEMPTS + 1)
    )
    assert Counter(asked(tmp_path)[before:]) == missing
    async with SqliteStore(tmp_path / "sessions.db") as store:
        for number in range(SESSIONS):
            told = tell(f"s{number}", await store.read(f"s{number}"))
            assert told.status is Status.SOLVED
            assert [made.number for made in told.attempts] == list(range(1, ATTEMPTS + 1))
