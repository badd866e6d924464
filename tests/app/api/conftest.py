from collections.abc import AsyncIterator

import pytest

from tests.app.api.serving import Served, serve
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Gated, Patient


@pytest.fixture
def proposer() -> Patient:
    """Its second answer is right; a test may ask for another proposer."""
    return Patient([HALF, GOOD])


@pytest.fixture
def gated() -> Gated:
    """Its first answer is wrong, and it waits for its gate before the second."""
    return Gated([HALF, GOOD], through=[1])


@pytest.fixture
async def served(tmp_path, proposer) -> AsyncIterator[Served]:
    async with serve(tmp_path, proposer) as served:
        yield served


@pytest.fixture
async def held(tmp_path, gated) -> AsyncIterator[Served]:
    """A server whose sessions stop after their first attempt until the gate is opened."""
    async with serve(tmp_path, gated) as served:
        yield served
