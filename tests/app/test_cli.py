"""The command line, run as a user runs it: a process, its two streams and its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planners import Task, Valid, read_plan, verify
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM

MODULO = Path(sys.executable).parent / "modulo"


def modulo(*arguments: object, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MODULO, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "domain.pddl").write_text(DOMAIN)
    (tmp_path / "problem.pddl").write_text(PROBLEM)
    (tmp_path / "good.plan").write_text(GOOD)
    (tmp_path / "half.plan").write_text(HALF)
    return tmp_path


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    assert modulo("generate", "blocksworld", "--blocks", 3, "--out", ".", cwd=tmp_path).stdout == ""
    return tmp_path


def test_solve_shows_its_attempts_and_ends_with_a_proven_plan(blocks):
    done = modulo("solve", "domain.pddl", "problem.pddl", "--plan", "found.plan", cwd=blocks)
    assert (done.returncode, done.stderr) == (0, "")
    assert "solved by apprentice" in done.stdout
    task = Task(
        domain=(blocks / "domain.pddl").read_text(), problem=(blocks / "problem.pddl").read_text()
    )
    assert isinstance(verify(task, read_plan((blocks / "found.plan").read_text())), Valid)
    assert (blocks / "found.plan").read_text() in done.stdout


def test_solve_as_json_writes_one_event_on_each_line(blocks):
    done = modulo("solve", "domain.pddl", "problem.pddl", "--json", cwd=blocks)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert events[0]["type"] == "attempt_started"
    assert events[-1]["type"] == "solved"
    assert any(event["type"] == "attempt_finished" for event in events)


def test_the_same_seed_gives_the_same_session(blocks):
    runs = [
        modulo("solve", "domain.pddl", "problem.pddl", "--json", "--seed", 5, cwd=blocks).stdout
        for _ in range(2)
    ]
    last = [json.loads(run.splitlines()[-1]) for run in runs]
    assert last[0]["plan"] == last[1]["plan"]


def test_a_task_outside_what_the_apprentice_knows_names_what_to_configure_instead(folder):
    done = modulo("solve", "domain.pddl", "problem.pddl", cwd=folder)
    assert done.returncode == 2
    assert "blocksworld" in done.stderr
    assert "--model-url" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cost_that_no_plan_can_keep_leaves_the_task_unsolved(blocks):
    done = modulo(
        "solve", "domain.pddl", "problem.pddl", "--cost-bound", 0, "--attempts", 2, cwd=blocks
    )
    assert done.returncode == 1
    assert "not solved" in done.stdout


def test_validate_accepts_a_plan_that_solves_its_task(folder):
    done = modulo("validate", "domain.pddl", "problem.pddl", "good.plan", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "valid: 2 steps, cost 2\n")


def test_validate_names_what_is_wrong_with_a_plan(folder):
    done = modulo("validate", "domain.pddl", "problem.pddl", "half.plan", cwd=folder)
    assert done.returncode == 1
    assert "(lit b)" in done.stdout


def test_validate_as_json_gives_the_flaw(folder):
    done = modulo("validate", "domain.pddl", "problem.pddl", "half.plan", "--json", cwd=folder)
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert verdict["flaw"]["type"] == "unsatisfied_goal"


def test_a_certificate_is_written_of_a_valid_plan_and_passes_the_check(folder):
    done = modulo(
        *("validate", "domain.pddl", "problem.pddl", "good.plan", "--certificate", "c.json"),
        cwd=folder,
    )
    assert done.returncode == 0
    checker = Path(__file__).parents[2] / "docs" / "check_certificate.py"
    found = subprocess.run(
        [sys.executable, str(checker), "c.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "valid: 2 steps\n"), found.stderr


def test_no_certificate_is_written_of_a_plan_that_is_wrong(folder):
    done = modulo(
        *("validate", "domain.pddl", "problem.pddl", "half.plan", "--certificate", "c.json"),
        cwd=folder,
    )
    assert done.returncode == 1
    assert not (folder / "c.json").exists()


def test_check_finds_nothing_in_a_tidy_task(folder):
    done = modulo("check", "domain.pddl", "problem.pddl", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "nothing was found\n")


def test_check_says_what_is_odd_with_its_place_and_its_text(folder):
    domain = (folder / "domain.pddl").read_text("utf-8")
    odd = domain.replace("(:predicates ", "(:predicates (spare) ")
    assert odd != domain
    (folder / "odd.pddl").write_text(odd, encoding="utf-8")
    done = modulo("check", "odd.pddl", cwd=folder)
    assert done.returncode == 0
    place, text = done.stdout.splitlines()
    assert place.startswith("odd.pddl:")
    assert place.endswith("note: no condition and no effect names `spare` [unused-predicate]")
    assert text.strip().startswith("(:predicates (spare)")


def test_a_reader_who_has_seen_enough_is_no_problem(folder):
    domain = "(define (domain d) (:predicates " + "".join(f"(p{n})" for n in range(900)) + "))"
    (folder / "long.pddl").write_text(domain)
    done = subprocess.run(
        ["bash", "-c", f"'{MODULO}' check long.pddl | head -1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_check_as_json_gives_findings_and_an_unreadable_task_is_bad_input(folder):
    (folder / "bad.pddl").write_text("(define (domain d)\n  (:predicates (p ?x - none)))")
    done = modulo("check", "bad.pddl", "--json", cwd=folder)
    assert done.returncode == 2
    (finding,) = json.loads(done.stdout)
    assert (finding["severity"], finding["rule"], finding["line"]) == ("error", "reading", 2)


def test_validate_with_double_assurance_says_what_other_validators_find(folder):
    done = modulo(
        *("validate", "domain.pddl", "problem.pddl", "good.plan", "--assurance", "double"),
        cwd=folder,
    )
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first == "valid: 2 steps, cost 2"
    assert second.startswith("assurance double (unified-planning ")
    assert "agrees" in second


def test_solve_with_double_assurance_tells_it_with_the_outcome(blocks):
    done = modulo(
        *("solve", "domain.pddl", "problem.pddl", "--assurance", "double", "--json"), cwd=blocks
    )
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0
    assert (outcome["type"], outcome["assurance"]) == ("solved", "double")
    assert [opinion["validator"] for opinion in outcome["opinions"]] == ["unified-planning", "VAL"]


@pytest.mark.parametrize(
    ("domain", "says"),
    [
        ("(define (domain d)", "line 1"),
        ("(define (domain d) (:predicates (p ?x - nothing)))", "nothing"),
        ("\x00\x01", "line 1"),
        ("(" * 100_000, "line 1"),
    ],
    ids=["cut off", "undeclared type", "binary", "deep"],
)
def test_bad_input_names_its_place_without_a_traceback(folder, domain, says):
    (folder / "domain.pddl").write_text(domain)
    for command in (["solve"], ["validate"]):
        plan = ["good.plan"] if command == ["validate"] else []
        done = modulo(*command, "domain.pddl", "problem.pddl", *plan, cwd=folder)
        assert done.returncode == 2
        assert "domain" in done.stderr
        assert says in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "domain.pddl", "problem.pddl", "missing.plan"),
        ("validate", "domain.pddl", "problem.pddl", "junk.plan"),
        ("solve", "domain.pddl", "missing.pddl"),
        ("solve", "domain.pddl", "problem.pddl", "--strategy", "luck"),
        ("solve", "domain.pddl", "problem.pddl", "--cost-bound", "cheap"),
        ("solve", "domain.pddl", "problem.pddl", "--model-url", "http://localhost:1/v1"),
        ("solve", "domain.pddl", "problem.pddl", "--model", "m", "--model-url", "no url"),
        ("solve", "domain.pddl", "problem.pddl", "--mode", "autonomous", "--strategy", "resample"),
        ("generate", "blocksworld", "--blocks", "0"),
        ("generate", "logistics", "--cities", "1"),
        ("fly",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_served_is_refused_with_exit_code_2(folder, arguments):
    (folder / "junk.plan").write_bytes(b"\xff\xfe\x00junk")
    done = modulo(*arguments, cwd=folder)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_server_that_is_not_there_makes_the_session_wait_while_its_seconds_last(folder):
    began = time.monotonic()
    done = modulo(
        *("solve", "domain.pddl", "problem.pddl", "--seconds", 2),
        *("--model-url", "http://127.0.0.1:9/v1", "--model", "m"),
        cwd=folder,
    )
    assert done.returncode == 1
    assert "out of seconds" in done.stdout
    assert time.monotonic() - began < 20


def test_an_interrupt_cancels_without_a_traceback(folder):
    server = ("--model-url", "http://127.0.0.1:9/v1", "--model", "m")
    with subprocess.Popen(
        # A shell starts what runs in its background with interrupts ignored.
        ["env", "--default-signal=INT", MODULO, "solve", "domain.pddl", "problem.pddl", *server],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, stderr = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in stderr


@pytest.mark.parametrize("kind", ["blocksworld", "logistics"])
def test_generate_is_deterministic_and_differs_by_seed(tmp_path, kind):
    def problem(seed: int) -> str:
        return modulo("generate", kind, "--seed", seed, cwd=tmp_path).stdout

    assert problem(1) == problem(1)
    assert problem(1) != problem(2)


def test_catalogue_lists_models_strategies_and_critics(tmp_path):
    said = modulo("catalogue", cwd=tmp_path).stdout
    offered = json.loads(modulo("catalogue", "--json", cwd=tmp_path).stdout)
    for kind in ("models", "strategies", "critics", "domains"):
        assert kind in said
        for entry in offered[kind]:
            assert entry["name"] in said


def test_a_task_can_come_from_standard_input(folder):
    done = modulo("validate", "-", "problem.pddl", "good.plan", cwd=folder, stdin=DOMAIN)
    assert done.returncode == 0
