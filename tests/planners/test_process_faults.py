"""What programs may do to us, and that nothing of them is left afterwards."""

import asyncio
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planners.errors import TookTooLong, WroteTooMuch
from planners.pool import Limits
from planners.process import Ended, run, workplace
from planners.process.workplace import remove_forsaken
from tests.planners.leftovers import PATIENCE, marked, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PYTHON = Path(sys.executable)
SH = Path("/bin/sh")
ROOT = Path(__file__).resolve().parents[2]
LONG = Limits(seconds=300.0)
SHORT = Limits(seconds=0.6)
SMALL = Limits(seconds=300.0, memory_mebibytes=128)
# Children of every kind that outlive what started them: in the group, in a session of its own,
# and a daemon, which is in a session of its own and nobody's child.
FAMILY = """
import os, sys, time
for kind in ("group", "session", "daemon"):
    if os.fork() == 0:
        if kind != "group":
            os.setsid()
        if kind == "daemon" and os.fork():
            os._exit(0)
        open(kind, "w").close()
        time.sleep(1000)
        os._exit(0)
while not all(map(os.path.exists, ("group", "session", "daemon"))):
    time.sleep(0.005)
open("ready", "w").close()
"""


async def python(code: str, here: Path, limits: Limits = LONG, **options) -> Ended:
    async with workplace() as folder:
        found = await run(
            *(PYTHON, "-S", "-c", code),
            folder=folder,
            limits=limits,
            **options,
        )
        # When it returns, and not some time after.
        assert marked(here) == set()
        return found


async def test_a_family_is_gone_when_the_program_has_ended(here):
    ended = await python(f"{FAMILY}\nsys.exit(4)", here)
    assert ended.code == 4


async def test_a_family_is_gone_when_the_program_was_killed_from_outside(here):
    ended = await python(f"{FAMILY}\nos.kill(os.getpid(), 9)", here)
    assert ended.code == -signal.SIGKILL


async def test_a_family_is_gone_when_its_time_is_over(here):
    with pytest.raises(TookTooLong):
        await python(f"{FAMILY}\ntime.sleep(1000)", here, SHORT)


async def test_a_family_is_gone_when_the_call_is_cancelled(here):
    running = asyncio.create_task(python(f"{FAMILY}\ntime.sleep(1000)", here))
    assert await until(lambda: len(marked(here)) >= 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_program_that_will_not_be_asked_to_end_is_killed(here):
    ignoring = "import signal\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
    with pytest.raises(TookTooLong):
        await python(f"{ignoring}{FAMILY}\ntime.sleep(1000)", here, SHORT)


async def test_a_program_that_was_stopped_is_killed(here):
    with pytest.raises(TookTooLong):
        await python(f"{FAMILY}\nos.kill(os.getpid(), 19)", here, SHORT)


async def test_cancelling_again_and_again_cuts_no_corner(here):
    code = f"import signal\nsignal.signal(15, signal.SIG_IGN)\n{FAMILY}\ntime.sleep(1000)"
    running = asyncio.create_task(python(code, here))
    assert await until(lambda: len(marked(here)) >= 5)
    while not running.done():
        running.cancel()
        await asyncio.sleep(0.01)
    assert running.cancelled()


async def test_an_end_does_not_wait_for_a_child_that_holds_the_output_open(here):
    code = "print('said', flush=True)\nif os.fork() == 0:\n os.setsid(); time.sleep(1000)"
    ended = await python(f"import os, time\n{code}", here)
    assert (ended.code, ended.output) == (0, "said\n")


async def test_a_program_that_closes_its_output_is_waited_for(here):
    code = "import os, sys, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(5)"
    assert (await python(code, here)).code == 5


async def test_a_program_that_hangs_without_output_is_ended(here):
    with pytest.raises(TookTooLong):
        await python("import os, time; os.close(1); os.close(2); time.sleep(1000)", here, SHORT)


async def test_a_gigabyte_of_output_takes_no_memory_and_ends_the_program_at_once(here):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = "import os\nfor _ in range(1000): os.write(1, b'x' * 1_000_000)"
    with pytest.raises(WroteTooMuch):
        await python(code, here)
    ended = await python(f"{code}\nos.write(1, b'plan')", here, keep_ends=True)
    assert ended.omitted_bytes > 900_000_000
    assert ended.output.endswith("xplan")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


async def test_a_file_without_end_is_cut_and_removed(here):
    code = "import os\nwith open('big', 'wb') as f:\n while True: f.write(b'x' * 65536)"
    ended = await python(code, here, most_file_mebibytes=2)
    assert ended.code == 1
    assert "File too large" in ended.output


async def test_memory_without_end_is_refused_to_the_program(here):
    ended = await python("x = []\nwhile True: x.append(bytearray(10**6))", here, SMALL)
    assert ended.memory_ran_out


async def test_what_the_program_needs_is_not_there(here):
    with pytest.raises(FileNotFoundError):
        await run(Path("/nowhere/planner"), folder=Path("/"), limits=LONG)
    async with workplace() as folder:
        (folder / "script").write_text("#!/nowhere/interpreter\n")
        (folder / "script").chmod(0o700)
        with pytest.raises(FileNotFoundError):
            await run(folder / "script", folder=folder, limits=LONG)


async def test_a_program_whose_guard_was_killed_is_killed_and_told_as_an_error(here):
    code = "import os, time\nos.fork()\ntime.sleep(1000)"
    running = asyncio.create_task(python(code, here))
    assert await until(lambda: len(marked(here)) == 3)
    guards = [pid for pid in marked(here) if b"import guard" in _command(pid)]
    assert len(guards) == 1
    os.kill(guards[0], signal.SIGKILL)
    with pytest.raises(ChildProcessError, match="guard of python"):
        await running


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


# A service that runs its argument in two workplaces.
SERVICE = """
import asyncio, sys
from pathlib import Path
from planners.pool import Limits
from planners.process import run, workplace

async def one():
    async with workplace({"domain.pddl": "(define)"}) as folder:
        program, limits = Path(sys.executable), Limits(seconds=300.0)
        await run(program, "-S", "-c", sys.argv[1], folder=folder, limits=limits)

async def main():
    await asyncio.gather(one(), one())

asyncio.run(main())
"""
# A service that is in a workplace and runs nothing.
IDLE_SERVICE = """
import asyncio
from planners.process import workplace

async def main():
    async with workplace({"domain.pddl": "(define)"}):
        print(flush=True)
        await asyncio.sleep(1000)

asyncio.run(main())
"""


@contextmanager
def service(here: Path, *code: str) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(
        [sys.executable, "-c", *code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(here)},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
async def test_nothing_outlives_the_service(here, number):
    with service(here, SERVICE, f"{FAMILY}time.sleep(1000)") as process:
        assert await until(lambda: len(list(here.glob("*/ready"))) == 2)
        assert len(marked(here)) >= 11
        process.send_signal(number)
        assert process.wait(PATIENCE) == -number
    assert await until(lambda: not marked(here) and not list(here.iterdir()))


async def test_a_program_does_not_outlive_its_guard_when_the_service_is_dead_too(here):
    alone = "open('ready', 'w').close()\nimport time\ntime.sleep(1000)"
    with service(here, SERVICE, alone) as process:
        assert await until(lambda: len(list(here.glob("*/ready"))) == 2)
        guards = [pid for pid in marked(here) if b"import guard" in _command(pid)]
        for pid in guards:
            os.kill(pid, signal.SIGSTOP)
        process.kill()
    for pid in guards:
        os.kill(pid, signal.SIGKILL)
    assert await until(lambda: not marked(here))
    remove_forsaken(str(here))


def test_a_workplace_in_which_nothing_ran_when_the_service_was_killed_is_found(here):
    with service(here, IDLE_SERVICE) as process:
        assert process.stdout.readline() == b"\n"
        remove_forsaken(str(here))
        assert len(list(here.iterdir())) == 1
        process.kill()
    remove_forsaken(str(here))
    assert list(here.iterdir()) == []


async def cancelled_at_random(here: Path, count: int, seed: int, most_seconds: float) -> int:
    """Run a program and cancel it at a random moment, many times; count those that had begun."""
    draw = random.Random(seed)
    code = "(sleep 1000) & setsid sleep 1000 & echo > began; sleep 1000"
    places = asyncio.Semaphore(4)
    begun = 0

    async def one(seconds: float) -> None:
        nonlocal begun
        async with places, workplace({"task": "text"}) as folder:
            running = asyncio.create_task(run(SH, "-c", code, folder=folder, limits=LONG))
            await asyncio.sleep(seconds)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            begun += (folder / "began").exists()

    await asyncio.gather(*(one(draw.uniform(0, most_seconds)) for _ in range(count)))
    return begun


@pytest.mark.parametrize(
    "count", [40, pytest.param(200, marks=pytest.mark.sweep)], ids=["some", "two hundred"]
)
async def test_cancelling_at_random_moments_leaves_nothing(here, count):
    begun = await cancelled_at_random(here, count, seed=count, most_seconds=0.2)
    # At moments before the program's start, and after.
    assert 0 < begun < count
