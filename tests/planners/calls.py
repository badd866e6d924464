"""Functions that are called in worker processes by the tests of pools."""

import os
import signal
import sys
import time

from planners import BoundReached

kept: list[object] = []


class Unpicklable(Exception):
    """An error that goes into a pickle and does not come out of it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def called(what: str, *arguments: object) -> object:  # noqa: C901 (a list of calls)
    """Do as a test says."""
    match what:
        case "echo":
            return arguments[0]
        case "pid":
            return os.getpid()
        case "sleep":
            time.sleep(float(str(arguments[0])))
        case "spin":
            while True:
                pass
        case "bomb":
            return len(bytearray(10**10))
        case "keep":
            kept.append(bytearray(150 * 1024 * 1024))
            return os.getpid()
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "bound":
            raise BoundReached("steps in one plan", 7)
        case "defect":
            raise KeyError("no such thing")
        case "unpicklable":
            raise Unpicklable("a", "b")
        case "large":
            return bytes(65 * 1024 * 1024)
        case "print":
            sys.stdout.write("noise")
            sys.stdout.flush()
            os.write(1, b"more noise")
        case "environment":
            return dict(os.environ)
    return None
