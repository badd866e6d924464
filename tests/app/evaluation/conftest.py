"""A small folder of recorded plans, and LPG where it is installed."""

from pathlib import Path

import pytest

from planners.engines.engine import Engine
from planners.engines.lpg import LPG
from tests.app.evaluation.recordings import make_planbench


@pytest.fixture
def planbench(tmp_path: Path) -> Path:
    """Recorded plans for three tasks of four blocks."""
    return make_planbench(tmp_path / "planbench", tasks=3)


@pytest.fixture
def lpg() -> Engine:
    if LPG.version() is None:
        pytest.skip(f"LPG is not installed; get it with {LPG.source}")
    return LPG
