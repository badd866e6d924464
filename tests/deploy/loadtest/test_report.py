"""Bounds, the report's form, and its picture."""

import json
import subprocess
import sys

import jsonschema
import pytest

from app.sessions.errors import TakenUpTooOften
from deploy.loadtest.bounds import at_least, at_most, given_up, nothing_lost, some_solved
from deploy.loadtest.command import told
from deploy.loadtest.fairness import times_slower
from deploy.loadtest.figures import (
    ends,
    failures,
    figures,
    integrity,
    moments,
    phase_of,
    steps_of,
    traffic,
)
from deploy.loadtest.knee import knee
from deploy.loadtest.picture import draw
from deploy.loadtest.records import LOST, Record
from deploy.loadtest.report import Incident, Machine, Report, Sample
from deploy.loadtest.scenarios import ALONE, BESIDE, QUIET
from tests.deploy.loadtest.recording import record

RUN = [record(n, scheduled=n / 2, took=1.5, attempts=2) for n in range(20)]


def report_of(records: list[Record], **more: object) -> Report:
    made = Report(
        scenario="steady",
        verdict="met",
        bounds=(),
        began_at="2026-01-01T00:00:00+00:00",
        settings={"seed": 1},
        versions={"python": "3"},
        machine=Machine(cpus=2, load_before=0.1, load_after=0.2, cpu_shares={"serve": 0.5}),
        ends=ends(records),
        figures=figures(records, []),
        integrity=integrity(records, []),
        traffic=traffic(records, [], []),
        moments=moments(records, [], 0.0),
        **more,
    )
    return made.model_copy(update={"bounds": nothing_lost(made)})


def test_a_figure_is_held_to_its_limit_and_one_that_was_not_seen_misses_it():
    assert at_most("x", 1.0, 1.0).met
    assert not at_most("x", 1.1, 1.0).met
    assert not at_most("x", None, 1.0).met
    assert at_least("x", 1.0, 1.0).met
    assert not at_least("x", 0.9, 1.0).met
    assert not at_least("x", None, 0.0).met


def test_a_clean_run_has_lost_nothing():
    assert all(bound.met for bound in nothing_lost(report_of(RUN)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"status": LOST}, "sessions lost"),
        ({"status": "failed"}, "sessions failed"),
        ({"status": "unfinished"}, "sessions without an end"),
        ({"status": "not_taken"}, "sessions never taken"),
        ({"differs": True}, "logs that changed"),
    ],
)
def test_a_session_that_went_wrong_misses_the_bound_of_its_name(change, named):
    wrong = record(99)
    for name, value in change.items():
        setattr(wrong, name, value)
    missed = [bound.name for bound in nothing_lost(report_of([*RUN, wrong])) if not bound.met]
    assert missed == [named]


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("missing", "events missing"),
        ("doubled", "events doubled"),
        ("finished_twice", "attempts finished twice"),
        ("begun_again", "attempts begun again"),
    ],
)
def test_a_log_that_is_wrong_misses_the_bound_of_its_name(field, named):
    wrong = record(99)
    setattr(wrong.log, field, 1)
    missed = [bound.name for bound in nothing_lost(report_of([*RUN, wrong])) if not bound.met]
    assert missed == [named]


def test_sessions_over_which_workers_were_lost_are_told_from_others_that_failed():
    made = [*RUN, *(record(90 + n, status="failed") for n in range(3))]
    for each in made[-3:-1]:
        each.log.reason = str(TakenUpTooOften("s1", 3))
    report = report_of(made, failures=failures(made))
    assert given_up(report) == 2
    seen = {bound.name: bound.seen for bound in nothing_lost(report, excused=given_up(report))}
    assert seen["sessions failed"] == 1


def test_a_run_that_solves_too_little_misses_its_bound():
    half = [record(0), record(1, status="exhausted")]
    assert some_solved(report_of(half), 0.5).met
    assert not some_solved(report_of(half), 0.6).met


def test_fairness_compares_p95_beside_the_flood_with_p95_alone():
    made = [record(n, scheduled=float(n), took=1.0, tenant=QUIET) for n in range(5)]
    made += [record(n, scheduled=10.0 + n, took=1.5, tenant=QUIET) for n in range(5)]
    phases = (
        phase_of(made, QUIET, ALONE, 0.0, 10.0),
        phase_of(made, QUIET, BESIDE, 10.0, 20.0),
    )
    assert times_slower(report_of(made, phases=phases)) == 1.5
    assert times_slower(report_of(made)) is None


def test_a_report_is_as_its_schema_says_and_comes_back_as_it_was():
    report = report_of(RUN)
    written = report.model_dump_json()
    jsonschema.validate(json.loads(written), Report.model_json_schema())
    assert Report.model_validate_json(written) == report


def test_the_schema_is_printed():
    printed = subprocess.run(
        [sys.executable, "-m", "deploy.loadtest.report"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(printed) == Report.model_json_schema()


def test_a_report_is_told_in_words():
    words = "\n".join(told(report_of(RUN)))
    assert "steady: 20 sessions in 11.0 s, 20 solved" in words
    assert "to a valid plan: p50 1.5 s, p95 1.5 s" in words
    assert "GET of a session: nothing seen" in words
    assert "met    sessions lost: 0 (0)" in words


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_report_is_drawn(tmp_path, ending):
    steps = steps_of(RUN, (2.0, 2.0), 5.0, 0.0)
    sample = Sample(
        at=1.0, program="serve", pid=1, rss_mebibytes=9, children_mebibytes=0, cpu_seconds=1
    )
    report = report_of(
        RUN,
        steps=steps,
        knee=knee(steps),
        incidents=(Incident(at=2.0, what="worker-1 killed"),),
        memory=(sample,),
    )
    path = tmp_path / f"one.{ending}"
    draw(report, path)
    head = {"png": b"\x89PNG", "svg": b"<?xml"}[ending]
    assert path.read_bytes().startswith(head)
    assert path.stat().st_size > 20_000


def test_a_run_in_which_nothing_was_seen_is_drawn_all_the_same(tmp_path):
    draw(report_of([Record(index=0, scheduled=0.0)]), tmp_path / "one.png")
