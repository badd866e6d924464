"""`modulo plan`, `modulo repair` and `modulo catalogue`, with the engines installed here."""

import json
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.api import examples
from app.cli import commands
from app.console import Exit
from app.planning import EXITS
from app.proposers.judged import Found
from planners import Task, Valid, read_plan, verify
from planners.engines.catalogue import ENGINES, engine_called
from tests.app.test_cli import MODULO

TASK = ("domain.pddl", "problem.pddl")
UNSOLVABLE = examples.PROBLEM.replace("(on a b) (on b c)", "(on a b) (on b a)")
NUMBERS = """
(define (domain tank) (:requirements :numeric-fluents)
  (:functions (level)) (:predicates (full))
  (:action pour :parameters () :precondition (< (level) 3) :effect (increase (level) 1)))
"""
TANK = "(define (problem t) (:domain tank) (:init (= (level) 0)) (:goal (>= (level) 3)))"


def modulo(*arguments: object) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(commands, [*map(str, arguments)])


def lacking(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(engine_called(name).version() is None, reason=f"needs {name}")


needs_lpg, needs_downward = lacking("lpg"), lacking("fast-downward")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "domain.pddl").write_text(examples.DOMAIN)
    (tmp_path / "problem.pddl").write_text(examples.PROBLEM)
    (tmp_path / "unsolvable.pddl").write_text(UNSOLVABLE)
    (tmp_path / "flawed.plan").write_text(examples.FLAWED)
    (tmp_path / "good.plan").write_text(examples.SOLUTION)
    return tmp_path


def solves(folder: Path, text: str) -> bool:
    task = Task(domain=examples.DOMAIN, problem=(folder / "problem.pddl").read_text())
    return isinstance(verify(task, read_plan(text)), Valid)


def test_every_way_to_end_has_an_exit_code():
    codes = {found: EXITS.get(found, Exit.NOT_SOLVED) for found in Found}
    assert codes[Found.SOLVED] == 0
    assert codes[Found.UNSOLVABLE] not in {0, codes[Found.OUT_OF_TIME]}
    assert codes[Found.GAVE_UP] == codes[Found.OUT_OF_TIME] == codes[Found.OUT_OF_MEMORY] == 1


@needs_downward
def test_plan_prints_a_plan_that_was_verified_and_who_found_it(folder):
    done = modulo("plan", *TASK, "--out", "found.plan")
    assert (done.exit_code, done.stderr) == (0, "")
    first, empty, *steps = done.stdout.splitlines()
    assert first.startswith("solved by ")
    assert "executed and at the goal" in first
    assert empty == ""
    assert solves(folder, "\n".join(steps))
    assert (folder / "found.plan").read_text().splitlines() == steps


@needs_downward
def test_an_optimal_plan_is_asked_for_and_said_to_be_one(folder):
    done = modulo("plan", *TASK, "--optimal", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["outcome"], told["optimal"]) == ("solved", True)
    assert told["verdict"]["cost"] == 6


@lacking("pyperplan")
def test_an_engine_can_be_asked_by_name(folder):
    done = modulo("plan", *TASK, "--engine", "pyperplan", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["engine"] == "pyperplan"


@needs_downward
def test_a_task_without_a_plan_is_proven_to_have_none(folder):
    done = modulo("plan", "domain.pddl", "unsolvable.pddl")
    assert done.exit_code == Exit.UNSOLVABLE
    assert done.stdout.startswith("unsolvable, proven by ")


@lacking("pyperplan")
def test_a_task_that_the_engine_cannot_read_is_refused_with_the_reason(folder):
    (folder / "domain.pddl").write_text(NUMBERS)
    (folder / "problem.pddl").write_text(TANK)
    done = modulo("plan", *TASK, "--engine", "pyperplan")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "numbers" in done.stderr
    told = json.loads(modulo("plan", *TASK, "--engine", "pyperplan", "--json").stdout)
    assert told["outcome"] == "refused"


@needs_downward
def test_a_planner_that_runs_out_of_time_leaves_the_task_unsolved(folder):
    modulo("generate", "blocksworld", "--blocks", 60, "--out", ".")
    began = time.monotonic()
    done = modulo(*("plan", *TASK, "--engine", "fast-downward", "--optimal", "--seconds", 1))
    assert done.exit_code == 1
    assert done.stdout.startswith("not solved: fast-downward")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("repair", marks=needs_lpg),
        pytest.param("complete", marks=needs_downward),
        pytest.param("keep", marks=needs_downward),
        pytest.param("plan", marks=needs_downward),
    ],
)
def test_repair_says_what_was_wrong_who_mended_it_and_what_is_left(folder, way):
    done = modulo(*("repair", *TASK, "flawed.plan", "--way", way, "--out", "found.plan"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("the given plan is invalid: Step 2, (stack b a)")
    assert f"\n{way}: solved by " in done.stdout
    assert "of the given steps kept, distance " in done.stdout
    assert "; the given plan has 2 steps\n" in done.stdout
    found = (folder / "found.plan").read_text()
    assert done.stdout.endswith(f"\n\n{found}")
    assert solves(folder, found)


@needs_lpg
def test_repair_as_json_is_one_document(folder):
    done = modulo("repair", *TASK, "flawed.plan", "--seed", 3, "--json")
    told = json.loads(done.stdout)
    assert (told["outcome"], told["way"]) == ("solved", "repair")
    assert told["given"]["flaw"]["step_number"] == 2
    assert solves(folder, told["plan"])


def test_a_plan_that_needs_no_repair_is_given_back(folder):
    done = modulo("repair", *TASK, "good.plan")
    assert done.exit_code == 0
    assert done.stdout == (
        "the given plan is valid: 6 steps, cost 6\n"
        "there is nothing to repair; no planner was asked\n\n" + examples.SOLUTION
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "domain.pddl", "missing.pddl"),
        ("plan", "domain.pddl", "torn.pddl"),
        ("plan", *TASK, "--engine", "oracle"),
        ("plan", *TASK, "--seconds", "0"),
        ("plan", *TASK, "--seconds", "1000000"),
        ("plan", *TASK, "--memory", "1"),
        ("plan", *TASK, "--seed", "-1"),
        ("repair", *TASK),
        ("repair", *TASK, "missing.plan"),
        ("repair", *TASK, "junk.plan"),
        ("repair", *TASK, "prose.plan"),
        ("repair", *TASK, "flawed.plan", "--way", "magic"),
        ("repair", "torn.pddl", "problem.pddl", "flawed.plan"),
    ],
    ids=" ".join,
)
def test_bad_input_is_told_without_a_traceback(folder, arguments):
    (folder / "torn.pddl").write_text("(define (domain")
    (folder / "junk.plan").write_bytes(b"\xff\xfe\x00junk")
    (folder / "prose.plan").write_text("first, pick up b\n")
    done = modulo(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def descendants(pid: int, deadline: float) -> list[int]:
    """Wait until a process has a child with a child of its own: a guard with its planner."""
    while time.monotonic() < deadline:
        children = children_of(pid)
        deeper = [grandchild for child in children for grandchild in children_of(child)]
        if deeper:
            return [*children, *deeper]
        time.sleep(0.02)
    raise AssertionError("no planner was started")


def children_of(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return []


@needs_downward
def test_an_interrupt_ends_the_planner_and_then_the_command(folder):
    modulo("generate", "blocksworld", "--blocks", 60, "--out", ".")
    with subprocess.Popen(
        # A shell starts what runs in its background with interrupts ignored.
        ["env", "--default-signal=INT", MODULO, "plan", *TASK, "--optimal"],
        cwd=folder,
        env={**os.environ, "MODULO_PLANNER_SECONDS": "50"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        started = descendants(process.pid, deadline=time.monotonic() + 30)
        process.send_signal(signal.SIGINT)
        try:
            stdout, stderr = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_the_page_on_planners_has_a_row_for_every_engine():
    page = (Path(__file__).parents[2] / "docs" / "planners.md").read_text("utf-8")
    for engine in ENGINES:
        (row,) = re.findall(rf"^\| `{engine.name}` \|(.*)\|$", page, re.MULTILINE)
        purposes, licence, source = (cell.strip() for cell in row.split("|"))
        assert set(purposes.split(", ")) == {purpose.value for purpose in engine.purposes}
        assert licence == engine.licence
        assert source.replace("`", "").startswith(engine.source)


def test_catalogue_says_of_each_engine_whether_it_is_here_and_how_to_get_it():
    said = modulo("catalogue").stdout
    offered = json.loads(modulo("catalogue", "--json").stdout)
    assert [engine["name"] for engine in offered["engines"]] == [engine.name for engine in ENGINES]
    for engine in ENGINES:
        assert engine.name in said
        assert engine.licence in said
        version = engine.version()
        if version is None:
            assert f"not installed; {engine.source}" in said
        else:
            assert f"installed: {version}\n" in said
