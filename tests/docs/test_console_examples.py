"""Every console example of the README and the guides is run, and prints what it says.

In a fenced `console` block a line that begins with `$ ` is a command (lines of it that end
in a backslash or a pipe go on); the lines behind it are what it prints. `…` is any text on its
line, a line of `…` alone for any lines. A block below `<!-- not run: reason -->` is not run. A page
that makes API keys talks to a service that has them.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from planners.generators.blocksworld import generate

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = Path(sys.executable).parent
KEYS = "keys.db"


@dataclass(frozen=True)
class Example:
    command: str
    printed: str


def examples(text: str) -> Iterator[Example]:
    blocks = re.findall(r"(<!-- not run: [^>]+-->\n)?```console\n(.*?)```", text, re.DOTALL)
    for not_run, block in blocks:
        if not_run:
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            length = 1
            while lines[length - 1].endswith(("\\", "|")):
                length += 1
            yield Example(
                command="\n".join(lines[:length]), printed="\n".join(lines[length:]).strip()
            )


def pattern(printed: str) -> str:
    lines = [re.escape(line).replace("…", ".*") for line in printed.splitlines()]
    return "\n".join("(?:.*\n)*?.*" if line == ".*" else line + r"[ ]*" for line in lines)


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[int]:
    """Serve Modulo on a free port, as the README says to."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, folder / KEYS) as port:
        yield port


@pytest.fixture
def own_server(tmp_path, tmp_path_factory) -> Iterator[int]:
    """Serve with the API keys that the examples of a page have made."""
    with serving(tmp_path_factory.mktemp("served"), tmp_path / KEYS) as port:
        yield port


@contextmanager
def serving(folder: Path, keys: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [COMMANDS / "modulo", "serve", "--port", str(port)],
        env={
            **os.environ,
            "MODULO_DATABASE": str(folder / "sessions.db"),
            "MODULO_KEYS": str(keys),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the service did not come up"
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_console_examples_of_a_page_print_what_it_says(page, tmp_path, request):
    (tmp_path / "docs").symlink_to(PAGES[0].parent / "docs")
    for example in examples(page.read_text(encoding="utf-8")):
        command = example.command
        if shlex.split(command)[:1] == ["make"] or command == "modulo serve":
            continue
        for program in ("jq", "curl"):
            if program in command and shutil.which(program) is None:
                pytest.skip(f"{program} is not installed; the examples of {page.name} need it")
        if "localhost:8000" in command:
            has_keys = (tmp_path / KEYS).exists()
            port = request.getfixturevalue("own_server" if has_keys else "server")
            command = command.replace("localhost:8000", f"127.0.0.1:{port}")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={
                **os.environ,
                "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}",
                "COLUMNS": "100",
                "NO_COLOR": "1",
                "MODULO_KEYS": str(tmp_path / KEYS),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        printed = (done.stdout + done.stderr).strip()
        assert re.fullmatch(pattern(example.printed), printed), (
            f"$ {example.command}\nprinted:\n{printed}\nthe page says:\n{example.printed}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_examples_of_a_page_run(page, tmp_path, monkeypatch, capsys):
    task = generate(blocks=3, seed=1)
    (tmp_path / "domain.pddl").write_text(task.domain)
    (tmp_path / "problem.pddl").write_text(task.problem)
    monkeypatch.chdir(tmp_path)
    for code in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        exec(compile(code, page.name, "exec"), {})
        for said in re.findall(r"print\(.*\)  # (.*)$", code, re.MULTILINE):
            words = re.findall(r"\([a-z].*?\)", said)
            printed = capsys.readouterr().out
            assert all(word in printed for word in words)


def test_the_readme_names_every_setting():
    table = set(re.findall(r"^\| `(MODULO_[A-Z_]+)`", PAGES[0].read_text("utf-8"), re.MULTILINE))
    assert table == {f"MODULO_{name.upper()}" for name in Settings.model_fields}
