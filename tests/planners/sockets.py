"""Asking for sockets, in processes that have none."""

import inspect
import os
import socket
import sys

import pytest

from planners.offline import filter_of

offline = pytest.mark.skipif(
    sys.platform != "linux" or not filter_of(os.uname().machine),
    reason="the network is given up on Linux alone, on x86-64 and ARM",
)


def answered(family: int) -> str:
    """Say how the kernel answers to who wants a socket."""
    try:
        socket.socket(family).close()
    except PermissionError:
        return "refused"
    return "given"


ANSWERED = f"import socket\n{inspect.getsource(answered)}"
