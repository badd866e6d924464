import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners import BoundReached
from planners.errors import TookTooLong, WroteTooMuch
from planners.pool import Limits
from planners.process import run, workplace
from planners.process.output import Output
from planners.process.workplace import PREFIX, remove_forsaken
from tests.planners.leftovers import until
from tests.planners.sockets import ANSWERED, offline

PYTHON = Path(sys.executable)
SH = Path("/bin/sh")
LIMITS = Limits(seconds=60.0, memory_mebibytes=512)
linux = pytest.mark.skipif(sys.platform != "linux", reason="a limit that Linux has")


@pytest.fixture(autouse=True)
def _temporary_files_of_its_own(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


def left() -> list[Path]:
    return list(Path(tempfile.gettempdir()).iterdir())


async def python(code: str, folder: Path, limits: Limits = LIMITS, **options):
    return await run(PYTHON, "-c", code, folder=folder, limits=limits, **options)


async def sh(code: str, folder: Path, limits: Limits = LIMITS, **options):
    return await run(SH, "-c", code, folder=folder, limits=limits, **options)


async def test_a_program_runs_in_its_folder_and_both_its_streams_are_read(tmp_path):
    code = "import os, sys; print(os.getcwd()); print('x', file=sys.stderr); sys.exit(3)"
    ended = await python(code, tmp_path)
    assert (ended.code, ended.ending) == (3, "exit code 3")
    assert set(ended.output.split()) == {str(tmp_path), "x"}


async def test_arguments_arrive_as_they_are_and_no_shell_reads_them(tmp_path):
    arguments = ("", "a b", "$HOME; ls", "*", "é\n'\"")
    code = "import sys; print(ascii(sys.argv[1:]))"
    ended = await run(PYTHON, "-c", code, *arguments, folder=tmp_path, limits=LIMITS)
    assert ended.output.strip() == ascii(list(arguments))


async def test_a_program_sees_nothing_of_the_services_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MODULO_SECRET", "key")
    code = "import os; print(sorted(os.environ)); print(os.environ['HOME'])"
    ended = await python(code, tmp_path, environment={"MORE": "1"})
    names, home = ended.output.splitlines()
    assert {"PATH", "HOME", "TMPDIR", "MORE"} <= set(eval(names))
    assert "MODULO_SECRET" not in names
    assert home == str(tmp_path)


async def test_a_program_has_nothing_to_read_and_no_file_of_ours_open(tmp_path):
    code = (
        "import os, sys; print(repr(sys.stdin.read()))\n"
        "print([number for number in range(3, 200) if os.path.exists(f'/dev/fd/{number}')])"
    )
    with (tmp_path / "ours").open("w"):
        ended = await python(code, tmp_path)
    assert ended.output.split("\n")[:2] == ["''", "[]"]


async def test_the_signal_that_ended_a_program_is_told(tmp_path):
    ended = await sh("kill -SEGV $$", tmp_path)
    assert (ended.code, ended.ending) == (-signal.SIGSEGV, "signal 11")


async def test_a_signal_that_we_ignore_ends_a_program_all_the_same(tmp_path):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):
        assert (await sh(f"kill -{int(number)} $$", tmp_path)).code == -number


async def test_a_program_that_takes_too_long_is_ended_and_its_files_stay_to_be_read(tmp_path):
    began = time.monotonic()
    with pytest.raises(TookTooLong, match=r"0\.5 seconds for sh") as caught:
        await sh("echo one > plan; exec sleep 100", tmp_path, Limits(seconds=0.5))
    assert isinstance(caught.value, BoundReached)
    assert time.monotonic() - began < 50
    assert (tmp_path / "plan").read_text() == "one\n"


async def test_a_program_is_asked_to_end_before_it_is_killed(tmp_path):
    code = "trap 'echo asked > said; exit' TERM; echo > ready; while :; do sleep 0.01; done"
    with pytest.raises(TookTooLong):
        await sh(code, tmp_path, Limits(seconds=1.0), grace_seconds=20.0)
    assert (tmp_path / "said").read_text() == "asked\n"


async def test_its_children_are_asked_to_end_too_even_if_it_takes_no_notice(tmp_path):
    asked = "trap 'echo asked > said; exit' TERM; while :; do sleep 0.01; done"
    code = f"({asked}) & trap '' TERM; while [ ! -f said ]; do sleep 0.01; done; sleep 1000"
    with pytest.raises(TookTooLong):
        await sh(code, tmp_path, Limits(seconds=1.0), grace_seconds=1.0)
    assert (tmp_path / "said").read_text() == "asked\n"


@linux
async def test_cpu_time_is_limited_and_counted_apart_from_the_clock(tmp_path):
    with pytest.raises(TookTooLong, match="1 seconds of CPU time"):
        await python("while True: pass", tmp_path, cpu_seconds=0.5)
    ended = await python("import time\nwhile time.process_time() < 0.5: pass", tmp_path)
    assert 0.5 <= ended.cpu_seconds < 5


async def test_cpu_time_and_memory_of_all_its_processes_are_told(tmp_path):
    child = "x = bytearray(10**8); import time\nwhile time.process_time() < 0.3: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    ended = await python(code, tmp_path)
    assert ended.cpu_seconds > 0.3
    assert 95 < ended.peak_mebibytes < 512


async def test_a_program_that_writes_without_end_is_ended(tmp_path):
    with pytest.raises(WroteTooMuch, match="5000 bytes of output") as caught:
        await python("while True: print('x' * 10_000)", tmp_path, most_output=5000)
    assert isinstance(caught.value, BoundReached)


async def test_output_up_to_the_bound_is_kept_whole(tmp_path):
    ended = await sh("printf 12é56", tmp_path, most_output=6)
    assert (ended.output, ended.omitted_bytes) == ("12é56", 0)


async def test_of_too_much_output_the_first_and_the_last_can_be_kept(tmp_path):
    code = "print('first'); print('x' * 1_000_000); print('last')"
    ended = await python(code, tmp_path, most_output=20, keep_ends=True)
    assert ended.omitted_bytes == 6 + 1_000_001 + 5 - 20
    assert ended.output == "first\nxxxx\n[999992 bytes are left out]\nxxxx\nlast\n"


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(2, 40))
def test_what_is_kept_does_not_depend_on_the_pieces_it_came_in(pieces, most):
    output, whole = Output(most), b"".join(pieces)
    for piece in pieces:
        output.take(piece)
    first, last = whole[: most - most // 2], whole[most - most // 2 :][-(most // 2) :]
    gap = b"\n[%d bytes are left out]\n" % (len(whole) - most) if len(whole) > most else b""
    assert output.text() == (first + gap + last).decode(errors="replace")


async def test_output_that_is_no_utf8_is_replaced(tmp_path):
    ended = await sh(r"printf 'a\377b'", tmp_path)
    assert ended.output == "a\ufffdb"


@linux
async def test_a_file_that_grows_too_big_ends_its_program(tmp_path):
    code = "exec dd if=/dev/zero of=big bs=65536 count=64"
    ended = await sh(code, tmp_path, most_file_mebibytes=1)
    assert ended.code == -signal.SIGXFSZ
    assert (tmp_path / "big").stat().st_size == 2**20


@offline
async def test_a_program_has_no_network_unless_it_is_told_to_need_one(tmp_path):
    code = f"{ANSWERED}\nprint(answered(socket.AF_INET), answered(socket.AF_UNIX))"
    assert (await python(code, tmp_path)).output == "refused refused\n"
    assert (await python(code, tmp_path, online=True)).output == "given given\n"


@offline
async def test_what_a_program_starts_has_no_network_either(tmp_path):
    inner = f"{ANSWERED}\nprint(answered(socket.AF_INET6))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert (await python(code, tmp_path)).output == "refused\n"


@linux
async def test_open_files_and_core_dumps_are_limited(tmp_path):
    ended = await sh("ulimit -n; ulimit -c", tmp_path)
    assert ended.output.split() == ["1024", "0"]


@linux
@pytest.mark.parametrize(
    ("code", "short"),
    [
        pytest.param("bytearray(10**10)", True, id="it says so"),
        pytest.param(
            "held = []\ntry:\n  while True: held.append(bytearray(2**20))\n"
            "except MemoryError: os._exit(7)",
            True,
            id="it had all there is and says nothing",
        ),
        pytest.param("sys.exit(7)", False, id="it fails for another reason"),
        pytest.param("print('MemoryError')", False, id="it does not fail"),
        pytest.param("sys.exit('search memory limit: None')", False, id="it names a limit"),
    ],
)
async def test_a_failure_for_want_of_memory_is_told_from_others(tmp_path, code, short):
    ended = await python(f"import os, sys\n{code}", tmp_path)
    assert ended.memory_ran_out is short


async def test_cancelling_ends_the_program(tmp_path):
    code = "echo > began; sleep 1; echo > alive"
    running = asyncio.create_task(sh(code, tmp_path))
    assert await until((tmp_path / "began").exists)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(1.2)
    assert not (tmp_path / "alive").exists()


async def test_a_program_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        await run(tmp_path / "nowhere", folder=tmp_path, limits=LIMITS)


async def test_a_file_that_is_no_program_is_an_os_error(tmp_path):
    (tmp_path / "text").write_text("no program")
    with pytest.raises(PermissionError, match="text"):
        await run(tmp_path / "text", folder=tmp_path, limits=LIMITS)


async def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        await run(SH, folder=tmp_path / "nowhere", limits=LIMITS)


async def test_a_workplace_holds_its_texts_and_is_gone_afterwards():
    async with workplace({"domain.pddl": "(define é)"}) as folder:
        assert (folder / "domain.pddl").read_text(encoding="utf-8") == "(define é)"
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "deep" / "deeper").mkdir(parents=True)
        (folder / "deep" / "deeper" / "file").touch()
        (folder / "deep" / "loop").symlink_to(folder)
        (folder / "deep").chmod(0)
    assert not folder.exists()


async def test_a_workplace_is_gone_after_an_error_and_a_cancellation(tmp_path):
    kept = tmp_path / "kept"
    kept.touch()

    async def work(problem: BaseException) -> None:
        async with workplace() as folder:
            (folder / "link").symlink_to(tmp_path)
            raise problem

    for problem in (ValueError("no"), asyncio.CancelledError()):
        with pytest.raises(type(problem)):
            await work(problem)
    assert left() == []
    assert kept.exists()


async def test_a_text_that_cannot_be_written_leaves_no_workplace():
    with pytest.raises(OSError, match="nowhere"):
        async with workplace({"nowhere/file": ""}):
            pass
    assert left() == []


async def test_forsaken_workplaces_are_removed_and_no_others():
    root = Path(tempfile.gettempdir())
    forsaken, other, link = (root / name for name in (f"{PREFIX}old", "other", f"{PREFIX}link"))
    forsaken.mkdir()
    other.mkdir()
    (forsaken / "file").touch()
    link.symlink_to(other)
    async with workplace() as living:
        remove_forsaken(str(root))
        assert living.is_dir()
        assert set(left()) == {living, other, link}
