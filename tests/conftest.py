"""Fixtures that every room's tests may use."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data beside the checkout; the project does not ship it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the recorded data are not there: {SHARED_DATA}")
    return SHARED_DATA
