"""Fixtures of the tests of models behind a server."""

from collections.abc import AsyncGenerator

import pytest

from tests.app.llm.simulated_server import SimulatedServer, simulated_server


@pytest.fixture
async def server() -> AsyncGenerator[SimulatedServer, None]:
    async with simulated_server() as running:
        yield running
