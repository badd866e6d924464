"""The peers that the benchmarks compare with, looked for where they are asked for."""

import importlib
import resource
import subprocess
import time
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import pytest

from planners import Task
from planners.validators.val import installed

# CPU seconds of one process per plan, measured on plans of 6, 100 and 1,641 steps of such
# tasks (blocks, logistics) before this project began; used where VAL is not installed.
VAL_RECORDED = {6: 0.0034, 100: 0.0048, 1641: 0.0193}


class Peer(NamedTuple):
    """What a peer takes for one plan.

    Attributes:
        name: Which it is, and how it was measured.
        seconds: CPU time.
    """

    name: str
    seconds: float


@pytest.fixture(scope="session")
def unified_planning() -> ModuleType:
    """The library, or a skip where it is not installed."""
    pytest.importorskip("unified_planning", reason="unified-planning is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = importlib.import_module("unified_planning.shortcuts")
        importlib.import_module("unified_planning.io")
        importlib.import_module("unified_planning.engines.plan_validator")
        library.get_environment().credits_stream = None
    return importlib.import_module("unified_planning")


@pytest.fixture(scope="session")
def seconds_of() -> Callable[[Callable[[], object]], float]:
    """Returns the CPU seconds of the quickest of three calls."""

    def measure(call: Callable[[], object]) -> float:
        found = []
        for _ in range(3):
            before = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                call()
            found.append(time.process_time() - before)
        return min(found)

    return measure


@pytest.fixture
def val(tmp_path) -> Callable[[Task, str, int], Peer]:
    """Measures VAL, one process for one plan; what was recorded where it is not installed."""
    program = installed()

    def measure(task: Task, plan: str, steps: int) -> Peer:
        if program is None:
            nearest = min(VAL_RECORDED, key=lambda each: abs(each - steps))
            name = f"VAL, not installed here: as recorded for a plan of {nearest} steps"
            return Peer(name, VAL_RECORDED[nearest])
        for name, text in (("domain", task.domain), ("problem", task.problem), ("plan", plan)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        found = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [program, "domain", "problem", "plan"],
                cwd=tmp_path,
                capture_output=True,
                check=True,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return Peer("VAL, a process for the plan", min(found))

    return measure
