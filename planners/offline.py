"""Giving up the network for good: this process, and all that it starts, get no more sockets.

By a filter of system calls, which needs no privilege, so it holds in containers as it does
elsewhere. Linux on x86-64 and ARM has it; elsewhere nothing is given up. Pipes and the pairs of
`socketpair` stay, and so does what is open already. Imports little, as guards wait for it.
"""

import ctypes
import errno
import os
import struct
import sys

# Of <linux/prctl.h>.
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
# Of <linux/seccomp.h>: where the number of the call stands, and what is done about it.
CALL, ARCHITECTURE = 0, 4
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
# Of <linux/bpf_common.h>: load a word, go on if equal, return.
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
IO_URING_SETUP, X32 = 425, 0x40000000
# By machine, for each way in which its programs may call the kernel (<linux/audit.h>), the
# calls that make sockets: `socket`, `socketcall`, and what can do it behind the filter's back.
CALLS: dict[str, dict[int, tuple[int, ...]]] = {
    "x86_64": {
        0xC000003E: (41, IO_URING_SETUP, X32 | 41, X32 | IO_URING_SETUP),
        0x40000003: (102, 359, IO_URING_SETUP),
    },
    "aarch64": {
        0xC00000B7: (198, IO_URING_SETUP),
        0x40000028: (281, IO_URING_SETUP),
    },
}


def filter_of(machine: str) -> bytes:
    """Write the filter of a kind of machine; empty where none is known.

    Args:
        machine: As `os.uname` says it.

    Source:
        The kernel's Documentation/userspace-api/seccomp_filter.rst.
    """
    if machine not in CALLS:
        return b""
    lines = [_line(LOAD, ARCHITECTURE)]
    for architecture, calls in CALLS[machine].items():
        lines.append(_line(IF_EQUAL, architecture, no=2 * len(calls) + 2))
        lines.append(_line(LOAD, CALL))
        for call in calls:
            lines += (_line(IF_EQUAL, call, no=1), _line(RETURN, REFUSE))
        lines.append(_line(RETURN, ALLOW))
    return b"".join((*lines, _line(RETURN, REFUSE)))


def give_up_network() -> bool:
    """Have the kernel refuse every new socket to this thread and all that it starts.

    There is no way back. A process with one thread gives it up as a whole.

    Returns:
        Whether it does; False where the system or the kernel has no such filters.
    """
    lines = filter_of(os.uname().machine) if sys.platform == "linux" else b""
    if not lines:
        return False
    held = ctypes.create_string_buffer(lines, len(lines))
    program = struct.pack("HP", len(lines) // struct.calcsize("HBBI"), ctypes.addressof(held))
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0)


def _line(code: int, value: int, *, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, 0, no, value)
