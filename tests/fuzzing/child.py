"""A process that judges one case for each line it is sent, under limits of its own.

`python -m tests.fuzzing.child MEBIBYTES SECONDS`. A line in is a JSON list of three texts. A
line out is a JSON list: `fine`, `defect` or `slow`, what came of it, and CPU seconds.
"""

import json
import resource
import signal
import sys
import time
import traceback
from types import FrameType

from tests.fuzzing.cases import Case
from tests.fuzzing.target import run


class TooSlow(BaseException):
    """The limit of CPU time was reached. No `Exception`, so that nothing swallows it."""


def main() -> None:
    mebibytes, seconds = int(sys.argv[1]), float(sys.argv[2])
    limit = mebibytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGPROF, stop)
    for line in sys.stdin:
        domain, problem, plan = json.loads(line)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            answer = "fine", run(Case(domain=domain, problem=problem, plan=plan))
        except TooSlow as reason:
            answer = "slow", where(reason)
        except BaseException as reason:  # also `SystemExit` would be a defect
            answer = "defect", f"{type(reason).__name__}: {reason} {where(reason)}"[:2_000]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps([*answer, time.process_time() - began]) + "\n")
        sys.stdout.flush()


def stop(signum: int, frame: FrameType | None) -> None:
    raise TooSlow


def where(reason: BaseException) -> str:
    """Say in which lines an exception came up, the innermost last."""
    places = traceback.extract_tb(reason.__traceback__)[-4:]
    return " < ".join(f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in places)


if __name__ == "__main__":
    main()
