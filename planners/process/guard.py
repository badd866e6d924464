"""The guard of one program: starts it under limits, and lets nothing of it live on.

A process of its own, by `command_of`. It starts the program when it reads `START`, and ends it
at `STOP`, when its time is over, and when its input ends, which means that its parent is dead.
Its standard output becomes both streams of the program; on its standard error it tells how
that went, a line each:

- `started PID`, or `failed ERRNO` where the program cannot be started;
- `ended HOW CODE MICROSECONDS KIBIBYTES`: `DONE` or what it was ended for; its exit code (that
  of a signal is negative); CPU time of all its processes; most resident memory of one of them.

On Linux it adopts what the program leaves behind, so that processes in sessions of their own
are found, too; elsewhere it kills the program's group. It has one thread, so it may fork, and
imports little, since every run waits for it to start.
"""

import ctypes
import errno
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

START, STOP = b"+", b"-"
STARTED, FAILED, ENDED = "started", "failed", "ended"
DONE, LATE, STOPPED, ORPHANED = "done", "late", "stopped", "orphaned"
# Ignored here: whoever ends the parent decides, and a signal to all must not come between.
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The last two Python ignores; a program that wrote too big a file is to end by its signal.
GIVEN_BACK = (*IGNORED, signal.SIGPIPE, signal.SIGXFSZ)
CPU_SECONDS_AFTER_THE_SIGNAL = 2
MOST_SECONDS_OF_A_WAIT = 3600.0
SECONDS_BETWEEN_KILLS = 0.05
CHILDREN = "/proc/thread-self/children"
# Of <linux/prctl.h>.
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38


class Terms:
    """Under what a program runs.

    Attributes:
        seconds: Wall-clock time, from the program's start.
        grace_seconds: From asking it to end (SIGTERM) to killing it.
        cpu_seconds: CPU time of each process, at least 1.
        memory_bytes: Address space of each process.
        file_bytes: Size of each file.
        open_files: Open files of each process.
        folder: What to remove once the parent is dead, or empty.
        online: Whether it may have sockets.
    """

    def __init__(
        self,
        *,
        seconds: float,
        grace_seconds: float,
        cpu_seconds: int,
        memory_bytes: int,
        file_bytes: int,
        open_files: int,
        folder: str,
        online: bool,
    ) -> None:
        self.seconds = seconds
        self.grace_seconds = grace_seconds
        self.cpu_seconds = cpu_seconds
        self.memory_bytes = memory_bytes
        self.file_bytes = file_bytes
        self.open_files = open_files
        self.folder = folder
        self.online = online


def command_of(terms: Terms, *command: str) -> list[str]:
    """Give the command line of the guard of a command."""
    # Imported and not run as a script, which would be compiled again each time.
    here = os.path.dirname(__file__)  # noqa: PTH120
    code = (
        f"import sys; sys.path += {[here, os.path.dirname(here)]!r}; import guard, offline; "  # noqa: PTH120
        f"guard.main(sys.argv[1:], guard.Terms(**{vars(terms)!r}), offline.give_up_network)"
    )
    return [sys.executable, "-I", "-S", "-c", code, *command]


def main(command: list[str], terms: Terms, give_up_network: Callable[[], object]) -> None:
    """Guard one program to its end, and end this process."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    if not terms.online:
        # The guard, too, and at once: the program is its child, and there is no way back.
        give_up_network()
    how = _guard(command, terms) if os.read(0, 1) == START else ORPHANED
    if how == ORPHANED and terms.folder:
        remove(terms.folder)
    # There is nothing to tidy up that would be worth the milliseconds.
    os._exit(0)


def _guard(command: list[str], terms: Terms) -> str:
    """Run the program, tell how that went, and say why it ended."""
    bell = _bell()
    # Never adopt whom we could not name: we would wait for them.
    if os.access(CHILDREN, os.R_OK):
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        family = _Family(_start(command, terms))
    except OSError as problem:
        _tell(FAILED, problem.errno)
        return DONE
    _tell(STARTED, family.pid)
    how = _watch(family, bell, time.monotonic() + terms.seconds)
    if how != DONE:
        family.signal(signal.SIGTERM)
        end = time.monotonic() + terms.grace_seconds
        while family.reap() and (left := end - time.monotonic()) > 0:
            _wait(bell, left)
    family.signal(signal.SIGKILL)
    while family.reap():
        # Those too that a parent we have just killed has left to us.
        _signal_children(signal.SIGKILL)
        _wait(bell, SECONDS_BETWEEN_KILLS)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    kibibytes = used.ru_maxrss // 1024 if sys.platform == "darwin" else used.ru_maxrss
    _tell(ENDED, how, family.code, round((used.ru_utime + used.ru_stime) * 1e6), kibibytes)
    return how


class _Family:
    """The program and its descendants, as far as they are ours to wait for.

    Only children of ours are signalled by their own number: nobody else can reap them, so the
    number is theirs. Deeper ones are in the program's group, or become ours in their turn.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None

    def reap(self) -> bool:
        """Bury those that have ended, and say whether anyone lives on."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not pid:
                return True
            if pid == self.pid:
                self.code = os.waitstatus_to_exitcode(status)

    def signal(self, number: int) -> None:
        """Signal the program's group and whoever else is a child of ours."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
        _signal_children(number)


def _watch(family: _Family, bell: int, end: float) -> str:
    """Wait until the program ends or has to be ended, and say which."""
    while True:
        family.reap()
        if family.code is not None:
            return DONE
        left = end - time.monotonic()
        if left <= 0:
            return LATE
        if 0 in _wait(bell, left, 0):
            try:
                return STOPPED if os.read(0, 1) else ORPHANED
            except ConnectionError:
                return ORPHANED


def _bell() -> int:
    """Give what can be read from whenever a child has ended."""
    bell, rope = os.pipe()
    os.set_blocking(bell, False)
    os.set_blocking(rope, False)
    signal.set_wakeup_fd(rope, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return bell


def _wait(bell: int, seconds: float, *others: int) -> set[int]:
    """Wait for the bell and others, and say which of them can be read from."""
    poll = select.poll()
    for descriptor in (bell, *others):
        poll.register(descriptor, select.POLLIN)
    found = {descriptor for descriptor, _ in poll.poll(min(seconds, MOST_SECONDS_OF_A_WAIT) * 1e3)}
    if bell in found:
        with suppress(BlockingIOError):
            os.read(bell, 4096)
    return found


def _start(command: list[str], terms: Terms) -> int:
    """Start the program.

    Raises:
        OSError: it cannot be started.
    """
    hears, tells = os.pipe()
    guard = os.getpid()
    pid = os.fork()
    if not pid:
        _become(command, terms, guard, tells)
    os.close(tells)
    # Ends without a word when the program takes the place of our fork.
    problem = os.read(hears, 16)
    os.close(hears)
    if problem:
        os.waitpid(pid, 0)
        raise OSError(int(problem), "it cannot be started")
    return pid


def _become(command: list[str], terms: Terms, guard: int, tells: int) -> None:
    """Become the program: the part of `_start` that runs in the fork."""
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            os._exit(127)
        # None of its processes can become one that we may not kill.
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        for number in GIVEN_BACK:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(1, 2)
        _limit(terms)
        os.execv(command[0], command)  # noqa: S606 (that there is no shell is the point)
    except OSError as problem:
        os.write(tells, b"%d" % (problem.errno or errno.EIO))
    except MemoryError:
        os.write(tells, b"%d" % errno.ENOMEM)
    finally:
        os._exit(127)


def _limit(terms: Terms) -> None:
    """Limit this process. The kernel counts processes by user, ours too: no limit on those."""
    for kind, limit, later in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, terms.cpu_seconds, CPU_SECONDS_AFTER_THE_SIGNAL),
        (resource.RLIMIT_FSIZE, terms.file_bytes, 0),
        (resource.RLIMIT_NOFILE, terms.open_files, 0),
        (resource.RLIMIT_AS, terms.memory_bytes, 0),
    ):
        most = resource.getrlimit(kind)[1]
        soft, hard = limit, limit + later
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        # macOS refuses to limit address space.
        with suppress(ValueError):
            resource.setrlimit(kind, (soft, hard))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _signal_children(number: int) -> None:
    try:
        with open(CHILDREN, encoding="ascii") as file:  # noqa: PTH123 (pathlib is slow to import)
            pids = [int(pid) for pid in file.read().split()]
    except OSError:
        return
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def remove(folder: str) -> None:
    """Remove a folder with all that is in it, as far as that is allowed."""
    with suppress(OSError):
        os.chmod(folder, 0o700)  # noqa: PTH101 (as above)
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    remove(entry.path)
                else:
                    with suppress(OSError):
                        os.unlink(entry.path)  # noqa: PTH108 (as above)
        os.rmdir(folder)  # noqa: PTH106 (as above)


def _tell(*words: object) -> None:
    with suppress(BrokenPipeError):
        os.write(2, f"{' '.join(map(str, words))}\n".encode())
