"""Lexicons that the tests of the reading room share, and PlanBench's answers."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from app.reading import Lexicon


@pytest.fixture(scope="session")
def blocks() -> Lexicon:
    """Blocksworld with four blocks, and the colours that people call them by."""
    return Lexicon(
        actions={"pick-up": 1, "put-down": 1, "stack": 2, "unstack": 2},
        objects=["a", "b", "c", "d"],
        aliases={"red block": "a", "blue block": "b", "orange block": "c", "yellow block": "d"},
        predicates=["on", "ontable", "clear", "handempty", "holding"],
    )


@pytest.fixture(scope="session")
def logistics() -> Lexicon:
    """Logistics, whose names have several words and share their first ones."""
    return Lexicon(
        actions={
            "load-truck": 3,
            "load-airplane": 3,
            "unload-truck": 3,
            "unload-airplane": 3,
            "drive-truck": 4,
            "fly-airplane": 3,
        },
        objects=["p0", "p1", "t0", "a0", "l0-0", "l0-1", "c0"],
        aliases={
            "package_0": "p0",
            "package_1": "p1",
            "truck_0": "t0",
            "airplane_0": "a0",
            "location_0_0": "l0-0",
            "location_0_1": "l0-1",
            "city_0": "c0",
        },
    )


@pytest.fixture(scope="session")
def planbench() -> ModuleType:
    """The module that `check.py` of the PlanBench data is given."""
    path = Path(__file__).with_name("planbench_adapter.py")
    spec = importlib.util.spec_from_file_location("planbench_adapter", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
