"""Fixtures that every room's tests may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.redis_server"]

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# No example is timed: a busy machine takes longer over any. What has to be quick has a
# benchmark, or counts its work.
settings.register_profile("modulo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("modulo")


@pytest.fixture(scope="session", autouse=True)
def _no_keys_of_ours(tmp_path_factory) -> Iterator[None]:
    """Keep what is tested from the API keys of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MODULO_KEYS", str(tmp_path_factory.mktemp("keys") / "keys.db"))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data beside the checkout; the project does not ship it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the recorded data are not there: {SHARED_DATA}")
    return SHARED_DATA
