"""Programs of a test: started, killed, ended with all that they have started."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.loadtest.programs import NotStarted, Program, children, cpu_seconds, rss_mebibytes
from deploy.loadtest.stage import ModelSetup, Setup, modulo_environment, staged

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)


def program(tmp_path: Path, text: str) -> Program:
    made = Program(
        "one", (sys.executable, "-c", text), environment=dict(os.environ), folder=tmp_path
    )
    made.start()
    return made


def first_word(made: Program) -> int:
    deadline = time.monotonic() + 20.0
    while not made.told().strip():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(made.told().split()[0])


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        try:
            # Whoever has ended and is waited for by nobody is a zombie, and holds nothing.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


async def test_a_program_ends_with_what_it_has_started(tmp_path):
    made = program(tmp_path, PARENT)
    child, parent = first_word(made), made.pid
    assert children(parent) == (child,)
    await made.stop()
    assert made.pid is None
    assert is_gone(child)


async def test_a_program_that_does_not_want_to_end_is_ended(tmp_path):
    made = program(tmp_path, STUBBORN)
    first_word(made)
    began = time.monotonic()
    await made.stop(seconds=0.3)
    assert made.pid is None
    assert time.monotonic() - began < 10.0


async def test_a_killed_program_can_be_started_again(tmp_path):
    made = program(tmp_path, PARENT)
    first, child = made.pid, first_word(made)
    made.kill()
    assert made.pid is None
    made.start()
    assert made.pid not in {None, first}
    await made.stop()
    with suppress(ProcessLookupError):
        os.kill(child, 9)


def test_memory_and_time_of_a_process_are_read():
    assert rss_mebibytes(os.getpid()) > 5.0
    assert cpu_seconds(os.getpid()) > 0.0


def test_a_process_that_is_none_has_neither(tmp_path):
    made = program(tmp_path, "pass")
    made._process.wait()
    assert (rss_mebibytes(made._process.pid), cpu_seconds(made._process.pid)) == (None, None)
    assert children(made._process.pid) == ()


def test_nothing_of_the_users_own_settings_reaches_the_test(tmp_path, monkeypatch):
    monkeypatch.setenv("MODULO_DATABASE", "/home/me/sessions.db")
    monkeypatch.setenv("MODULO_MODEL_KEY", "secret")
    found = modulo_environment(Setup(), tmp_path, {"model": 7})
    assert found["MODULO_DATABASE"] == str(tmp_path / "sessions.db")
    assert "MODULO_MODEL_KEY" not in found
    assert "MODULO_REDIS_URL" not in found
    scaled = modulo_environment(Setup(workers=1), tmp_path, {"model": 7, "redis": 8})
    assert scaled["MODULO_REDIS_URL"] == "redis://127.0.0.1:8/0"


async def test_a_program_that_does_not_come_up_is_told_with_its_words_and_nothing_stays():
    setup = Setup(model=ModelSetup(faults="500=1"))
    with pytest.raises(NotStarted, match=r"(?s)^model did not start.*no fault with its share"):
        async with staged(setup, None):
            pass
