import asyncio
import sys
import time
from pathlib import Path

import pytest

from planners import BoundReached
from planners.pool import Limits
from planners.process import run

PYTHON = Path(sys.executable)
LIMITS = Limits(seconds=20.0, memory_mebibytes=512)


async def python(code: str, folder: Path, limits: Limits = LIMITS):
    return await run(PYTHON, "-c", code, folder=folder, limits=limits)


async def test_a_program_runs_in_its_folder_and_both_its_streams_are_read(tmp_path):
    code = "import os, sys; print(os.getcwd()); print('x', file=sys.stderr); sys.exit(3)"
    ended = await python(code, tmp_path)
    assert ended.code == 3
    assert set(ended.output.split()) == {str(tmp_path), "x"}


async def test_a_program_that_takes_too_long_is_killed_with_all_it_started(tmp_path):
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', "
        '\'import time; time.sleep(1.5); open("alive", "w")\'])\n'
        "while True: pass"
    )
    began = time.monotonic()
    with pytest.raises(BoundReached, match="seconds"):
        await python(code, tmp_path, Limits(seconds=0.5))
    assert time.monotonic() - began < 10
    await asyncio.sleep(1.6)
    assert not (tmp_path / "alive").exists()


async def test_a_program_that_writes_without_end_is_killed(tmp_path):
    with pytest.raises(BoundReached, match="bytes of output"):
        await python("while True: print('x' * 10_000)", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process that runs")
async def test_a_program_that_takes_too_much_memory_fails(tmp_path):
    code = "import time; time.sleep(0.3); bytearray(10**10)"
    ended = await python(code, tmp_path)
    assert ended.code == 1
    assert "MemoryError" in ended.output


async def test_cancelling_kills_the_program(tmp_path):
    code = "import time; time.sleep(1); open('alive', 'w')"
    running = asyncio.create_task(python(code, tmp_path))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(1.0)
    assert not (tmp_path / "alive").exists()


async def test_a_program_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        await run(tmp_path / "nowhere", folder=tmp_path, limits=LIMITS)
