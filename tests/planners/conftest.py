"""Fixtures of tests that run programs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.planners.leftovers import marked, zombies


@pytest.fixture
def here(tmp_path_factory, monkeypatch) -> Iterator[Path]:
    """Give a folder for temporary files, and see that none is left, and nobody who knows of it."""
    here, before = tmp_path_factory.mktemp("temporary"), zombies()
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    yield here
    assert marked(here) == set()
    assert zombies() <= before
    assert list(here.iterdir()) == []
