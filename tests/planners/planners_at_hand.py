"""Independent planners run as processes, where their packages are installed.

They are asked for plans to check the verifier with. None of their code is imported.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from planners import Plan, Task, read_plan

SECONDS = 60

# LPG's build for unified-planning closes a parenthesis too many behind each duration.
_SURPLUS = re.compile(r"(?<=\])\)")


def pyperplan(task: Task, folder: Path) -> Plan:
    """Solve a STRIPS task with pyperplan 2 (GPL 3, pure Python), greedily."""
    needs("pyperplan")
    command = [sys.executable, "-m", "pyperplan", "-s", "gbf", "-H", "hff"]
    call([*command, *written(task, folder)], folder)
    return plan_in(folder / "problem.pddl.soln")


def fast_downward(task: Task, folder: Path) -> Plan:
    """Solve a classical task with axioms or costs with Fast Downward (GPL 3), LAMA's first."""
    driver = needs("up_fast_downward") / "downward" / "fast-downward.py"
    options = ["--plan-file", str(folder / "plan"), "--alias", "lama-first"]
    call([sys.executable, str(driver), *options, *written(task, folder)], folder)
    return plan_in(folder / "plan")


def lpg(task: Task, folder: Path) -> Plan:
    """Solve a classical, numeric or temporal task with LPG-td, which writes time stamps."""
    domain, problem = written(task, folder)
    program = str(needs("up_lpg") / "lpg")
    options = ["-n", "1", "-seed", "1", "-out", str(folder / "plan")]
    call([program, "-o", domain, "-f", problem, *options], folder)
    return plan_in(folder / "plan_1.SOL")


PLANNERS: dict[str, Callable[[Task, Path], Plan]] = {
    "pyperplan": pyperplan,
    "fast-downward": fast_downward,
    "lpg": lpg,
}


def needs(package: str) -> Path:
    """Return the folder of an installed package, or skip the test."""
    found = find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"the planner is not installed: {package}")
    return Path(found.origin).parent


def written(task: Task, folder: Path) -> list[str]:
    paths = folder / "domain.pddl", folder / "problem.pddl"
    for path, text in zip(paths, (task.domain, task.problem), strict=True):
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def call(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, timeout=SECONDS, capture_output=True, text=True, check=False
    )
    (folder / "log").write_text(done.stdout + done.stderr, encoding="utf-8")


def plan_in(path: Path) -> Plan:
    assert path.exists(), (path.parent / "log").read_text(encoding="utf-8")
    return read_plan(_SURPLUS.sub("", path.read_text(encoding="utf-8")))
