import os
import re
import shlex
import subprocess
import tomllib
from itertools import pairwise

import pytest

from app.settings import Settings
from tests.deploy.files import PORT, ROOT, is_pinned, program

TEXT = (ROOT / "Dockerfile").read_text()
LINES = [
    line
    for line in TEXT.replace("\\\n", " ").splitlines()
    if line.strip() and not line.startswith("#")
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def said(instruction: str) -> list[str]:
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{instruction} ")]


def environment() -> dict[str, str]:
    words = [word for line in said("ENV") for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def locked(name: str) -> dict[str, set[str]]:
    """The versions that a lock names, by distribution."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([a-z0-9.-]+)==([^ ;]+)", line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def test_it_is_made_from_a_base_that_is_pinned():
    (base,) = [line for line in said("ARG") if line.startswith("PYTHON=")]
    assert is_pinned(base.partition("=")[2])
    assert all(line.startswith("${PYTHON}") for line in said("FROM"))


def test_it_runs_as_nobody_in_particular_under_an_init():
    (user,) = said("USER")
    assert all(int(number) >= 10_000 for number in user.split(":"))
    (entry,) = said("ENTRYPOINT")
    assert "tini" in entry
    assert entry.startswith("[")
    assert all(line.startswith("[") for line in said("CMD"))


def test_nothing_is_installed_but_by_hash_and_what_came_by_hash():
    calls = re.findall(r"pip[^&]*? (?:install|download) [^&]*", " ".join(said("RUN")))
    assert len(calls) == 3
    assert all("--require-hashes" in call or "--no-index" in call for call in calls)


def test_extras_are_locked_like_everything_else():
    base, extras = locked("requirements.txt"), locked("requirements-extras.txt")
    assert {name: extras.get(name) for name in base} == base
    (line,) = re.findall(r"any of: (.*?otel)", " ".join(TEXT.split("\n# ")))
    offered = re.sub(r"\(.*?\)", "", line).replace(" ", "").split(",")
    for extra in offered:
        for requirement in PROJECT["optional-dependencies"][extra]:
            assert re.match(r"[a-z-]+", requirement)[0] in extras


def test_its_version_is_that_of_the_project():
    (version,) = re.findall(r'image\.version="(.*?)"', TEXT)
    assert version == PROJECT["version"]


def test_what_it_copies_is_there_and_let_through():
    sources = [
        source
        for line in said("COPY")
        if not line.startswith("--from")
        for source in line.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in IGNORED
    assert IGNORED[1] == "*"


def test_it_sets_what_modulo_listens_to():
    ours = {name for name in environment() if name.startswith("MODULO_")}
    assert {name.removeprefix("MODULO_").lower() for name in ours} <= set(Settings.model_fields)


def test_what_it_writes_lies_in_its_volume(monkeypatch):
    for name in [name for name in os.environ if name.startswith("MODULO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", environment()["XDG_STATE_HOME"])
    (volume,) = said("VOLUME")
    settings = Settings()
    for path in (settings.database, settings.keys, settings.referee_folder):
        assert str(path).startswith(f"{volume}/")


def test_its_health_is_asked_for_where_it_serves():
    (check,) = [line for line in LINES if line.startswith("HEALTHCHECK")]
    assert f", {PORT}," in check
    assert "/readyz" in check
    assert said("EXPOSE") == [str(PORT)] == [environment()["MODULO_PORT"]]


def test_there_are_no_secrets_in_it():
    assert not re.search(r"(?i)(password|secret|token|_key)\s*=", TEXT)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-extras.txt"])
def test_every_pin_has_a_hash(name):
    lines = (ROOT / name).read_text().splitlines()
    pins = [(one, after) for one, after in pairwise(lines) if "==" in one and one[0] != " "]
    assert pins
    assert all("--hash=sha256:" in after for _, after in pins)


def test_hadolint_has_nothing_to_say():
    ended = subprocess.run(
        [program("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("path", sorted(ROOT.glob("deploy/**/*.sh")), ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_say(path):
    ended = subprocess.run(
        [program("shellcheck"), str(path)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")
