"""One process of a `planners.pool`: calls one function for each request, until its parent ends.

`python -m planners.worker MODULE:FUNCTION MEBIBYTES`. Requests come in on standard input and
answers go out on what was standard output, each as four bytes of length and a pickle; the
first answer is empty and says that the process is ready. Input that ends means that the parent
closed it or is dead: the process ends at once, in the middle of a call too, so no worker
outlives its parent.
"""

import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from planners.errors import PlanningError
from planners.offline import give_up_network

LENGTH = struct.Struct(">I")
READY = LENGTH.pack(0)
MOST_BYTES_OF_AN_ANSWER = 64 * 1024 * 1024
# The allocator asks for a mebibyte at a time; what fails to get one was as near as this.
SHORT = 8 * 1024 * 1024


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame, or None where the stream ends."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def answer_of(function: Callable[..., Any], request: bytes, limit: int) -> tuple[str, Any]:
    """Call the function, and say how that went.

    Where memory has run short, nothing that was found counts: the interpreter does not tell
    each time that it could not have what it asked for.

    Args:
        function: What is called.
        request: Its arguments, pickled.
        limit: Address space of this process, in bytes.

    Returns:
        `("value", result)`, `("error", exception)`, `("memory", None)` or
        `("broken", words)`, the last for what cannot be carried.
    """
    answer = _called(function, request)
    return ("memory", None) if peak_bytes() > limit - SHORT else answer


def peak_bytes() -> int:
    """Give the most address space that this process has had, or 0 where nobody counts it."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    _, found, rest = status.partition("VmPeak:")
    return int(rest.split(maxsplit=1)[0]) * 1024 if found else 0


def _called(function: Callable[..., Any], request: bytes) -> tuple[str, Any]:
    try:
        return "value", function(*pickle.loads(request))  # noqa: S301 (from our own parent)
    except MemoryError:
        return "memory", None
    except PlanningError as problem:
        return "error", problem
    except Exception as problem:
        # A defect of ours. Its traceback does not travel; its notes do.
        problem.add_note("".join(traceback.format_exception(problem)))
        return "error", problem


def packed(answer: tuple[str, Any]) -> bytes:
    """Write an answer as a pickle; one that cannot be carried becomes words."""
    try:
        body = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        if len(body) <= MOST_BYTES_OF_AN_ANSWER:
            # An exception may go in and not come out again, which only trying tells.
            if answer[0] == "error":
                pickle.loads(body)  # noqa: S301 (made one line above)
            return body
        answer = ("broken", f"the answer takes {len(body)} bytes")
    except MemoryError:
        answer = ("memory", None)
    except Exception:
        answer = ("broken", f"{type(answer[1]).__name__}: {answer[1]}"[:1000])
    return pickle.dumps(answer)


def main() -> None:
    """Answer until the input ends."""
    where, mebibytes = sys.argv[1:]
    # Whoever ends the parent decides: a signal to the whole group must not lose a verdict.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Before there is a second thread, which would keep it.
    give_up_network()
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    requests: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(requests,), daemon=True).start()
    module, _, name = where.partition(":")
    function = getattr(import_module(module), name)
    limit = int(mebibytes) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    answers.write(READY)
    while True:
        body = packed(answer_of(function, requests.get(), limit))
        answers.write(LENGTH.pack(len(body)))
        # A pipe may take a part; the raw stream says how much.
        rest = memoryview(body)
        while rest:
            rest = rest[answers.write(rest) :]


def _listen(requests: SimpleQueue[bytes]) -> None:
    try:
        while (request := read_frame(sys.stdin.buffer)) is not None:
            requests.put(request)
    finally:
        # Also where there is no memory for a request: the parent sees the end at once.
        os._exit(0)


if __name__ == "__main__":
    main()
