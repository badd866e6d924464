"""The files of `deploy/`, as data, and the programs that look at them."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PORT = 8000


def program(name: str) -> str:
    """Find a program that looks at files; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on the path")
    return found


def documents(text: str) -> list[dict[str, Any]]:
    """Read a text of YAML documents."""
    return [one for one in yaml.safe_load_all(text) if one]


def most_mebibytes() -> int:
    """What a process of ours may take with all its verifiers and planners, by default."""
    told = Settings.model_fields
    return 1024 + sum(
        told[f"{kind}_processes"].default * told[f"{kind}_memory"].default
        for kind in ("verifier", "planner")
    )


def is_pinned(image: str) -> bool:
    """Say whether an image is named with a version."""
    _, _, tag = image.rpartition("/")[2].partition(":")
    return bool(tag) and tag != "latest" and any(character.isdigit() for character in tag)
