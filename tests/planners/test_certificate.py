"""A certificate is checked by a program that shares no code with us."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planners import Invalid, Plan, Task, Valid, read_plan
from planners.certificate import Certificate, certify

CHECKER = Path(__file__).parents[2] / "docs" / "check_certificate.py"
LAMPS = Task(
    domain="""\
(define (domain lamps)
  (:requirements :adl)
  (:types room lamp)
  (:predicates (in ?l - lamp ?r - room) (lit ?l - lamp) (here ?r - room) (seen ?l - lamp))
  (:action walk
    :parameters (?from ?to - room)
    :precondition (here ?from)
    :effect (and (here ?to) (not (here ?from))
                 (forall (?l - lamp) (when (and (in ?l ?to) (lit ?l)) (seen ?l)))))
  (:action press
    :parameters (?r - room)
    :precondition (and (here ?r) (exists (?l - lamp) (and (in ?l ?r) (not (lit ?l)))))
    :effect (forall (?l - lamp) (when (in ?l ?r) (lit ?l)))))
""",
    problem="""\
(define (problem evening)
  (:domain lamps)
  (:objects hall attic - room a b - lamp)
  (:init (here hall) (in a attic) (in b attic))
  (:goal (and (forall (?l - lamp) (lit ?l)) (imply (here attic) (seen a)))))
""",
)
PLAN = read_plan("(walk hall attic)\n(press attic)\n(walk attic hall)\n")


def check(certificate: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "certificate.json"
    file.write_text(certificate, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(CHECKER), str(file)], capture_output=True, text=True, check=False
    )


def certified(plan: Plan = PLAN) -> Certificate:
    certificate = certify(LAMPS, plan)
    assert isinstance(certificate, Certificate)
    return certificate


def test_a_certificate_passes_the_independent_check(tmp_path):
    found = check(certified().as_json(), tmp_path)
    assert (found.returncode, found.stdout) == (0, "valid: 3 steps\n"), found.stderr


def test_it_holds_the_states_at_first_and_behind_each_step():
    certificate = certified()
    assert isinstance(certificate.proof, Valid)
    assert len(certificate.states) == 4
    assert "(lit a)" not in certificate.states[1]
    assert "(lit a)" in certificate.states[2]


@pytest.mark.parametrize("step", range(4))
def test_a_state_that_was_changed_does_not_pass(step, tmp_path):
    text = json.loads(certified().as_json())
    text["states"][step].append("(seen b)")
    assert check(json.dumps(text), tmp_path).returncode != 0


def test_a_step_that_was_left_out_does_not_pass(tmp_path):
    text = json.loads(certified().as_json())
    del text["plan"][1], text["states"][2]
    assert check(json.dumps(text), tmp_path).returncode != 0


def test_a_goal_that_does_not_hold_does_not_pass(tmp_path):
    text = json.loads(certified().as_json())
    text["plan"], text["states"] = text["plan"][:1], text["states"][:2]
    found = check(json.dumps(text), tmp_path)
    assert "goal does not hold" in found.stderr


def test_a_wrong_plan_gets_its_flaw_and_no_certificate():
    assert isinstance(certify(LAMPS, read_plan("(press hall)")), Invalid)


@pytest.mark.sweep
def test_certificates_of_all_recorded_plans_pass(shared_data, tmp_path):
    data = shared_data / "verifier"
    tasks = {row["task"]: row for row in rows(data / "tasks.jsonl.gz")}
    checked = 0
    for row in rows(data / "classical.jsonl.gz"):
        known = tasks[row["task"]]
        if row["mut"] != "orig" or "derived" in known["features"]:
            continue  # the program says itself that it knows no derived predicates
        texts = {kind: (data / known[kind]).read_text("utf-8") for kind in ("domain", "problem")}
        certificate = certify(Task(**texts), read_plan(row["plan"]))
        assert isinstance(certificate, Certificate), row["id"]
        found = check(certificate.as_json(), tmp_path)
        assert found.returncode == 0, (row["id"], found.stderr)
        checked += 1
    assert checked


def rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
