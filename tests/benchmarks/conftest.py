"""The library that the benchmarks compare with, imported where it is asked for."""

import importlib
import time
import warnings
from collections.abc import Callable
from types import ModuleType

import pytest


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
