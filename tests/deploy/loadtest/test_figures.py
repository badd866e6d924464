"""Figures of a run, counted by hand."""

import pytest

from deploy.loadtest import figures
from deploy.loadtest.journal import Call
from deploy.loadtest.memory import growth, nth_end
from deploy.loadtest.records import LOST, NOT_TAKEN, UNFINISHED, Record
from deploy.loadtest.report import Probe, Sample
from tests.deploy.loadtest.recording import record


def test_sessions_are_counted_by_how_they_ended():
    made = [
        record(0),
        record(1, status="exhausted"),
        record(2, status=LOST, took=None),
        record(3, status=UNFINISHED, took=None),
        Record(index=4, scheduled=0.0),
    ]
    ends = figures.ends(made)
    assert (ends.scheduled, ends.accepted, ends.solved, ends.exhausted) == (5, 4, 1, 1)
    assert (ends.lost, ends.unfinished, ends.not_taken) == (1, 1, 1)
    assert made[4].status == NOT_TAKEN


def test_latency_counts_from_the_scheduled_start():
    late = record(0, scheduled=100.0, took=3.0, attempts=2)
    late.accepted = 102.0
    late.log.delivered_at = 102.5
    found = figures.figures([late], [])
    assert found.plan_seconds.p50 == 3.0
    assert found.first_attempt_seconds.p50 == 1.5
    assert found.queue_seconds.p50 == 0.5


def test_goodput_counts_valid_plans_alone_over_the_time_of_the_run():
    made = [record(n, scheduled=float(n), took=1.0) for n in range(9)]
    made.append(record(9, scheduled=9.0, took=1.0, status="exhausted", attempts=3))
    found = figures.figures(made, [])
    assert found.seconds == 10.0
    assert found.goodput == 0.9
    assert found.attempt_rate == 1.2
    assert found.offered_rate == pytest.approx(10 / 9, abs=1e-3)
    assert (found.attempts.mean, found.tokens.most) == (1.2, 360)


def test_gets_that_failed_are_counted_and_not_timed():
    probes = [Probe(at=0.0, seconds=0.01, status=200, what="session")] * 3
    probes += [Probe(at=0.0, seconds=30.0, status=0, what="session")]
    probes += [Probe(at=0.0, seconds=0.02, status=200, what="list")]
    found = figures.figures([record()], probes)
    assert (found.get_session_seconds.count, found.get_session_seconds.most) == (3, 0.01)
    assert (found.get_list_seconds.p99, found.get_failures) == (0.02, 1)


def test_what_came_on_the_way_is_counted_by_what_was_seen():
    made = [record(0), record(1)]
    made[0].troubles += ["stream: 503", "stream: 503"]
    probes = [Probe(at=0.0, seconds=1.0, status=status, what="list") for status in (200, 503, 0)]
    found = figures.traffic(made, probes, None)
    assert found.troubles == {"stream: 503": 2, "GET list: 503": 1, "GET list: no answer": 1}


def test_a_run_of_nothing_has_figures():
    found = figures.figures([], [])
    assert (found.goodput, found.most_in_flight, found.plan_seconds.count) == (0.0, 0, 0)
    assert figures.moments([], [], 0.0) == ()


def test_sessions_in_flight_are_those_accepted_and_not_ended():
    made = [record(0, scheduled=0, took=2), record(1, scheduled=1, took=2), record(2, scheduled=5)]
    assert figures.most_in_flight(made) == 2
    # One that ends in the moment in which another begins leaves room for it.
    assert figures.most_in_flight([record(0, took=1.0), record(1, scheduled=1.0)]) == 1


def test_a_rising_rate_is_cut_into_its_steps_each_with_the_plans_of_its_own_sessions():
    made = [record(n, scheduled=100.0 + n, took=2.0) for n in range(10)]
    first, second = figures.steps_of(made, (1.0, 1.0), 5.0, 100.0)
    assert (first.offered, first.goodput, first.solved_share) == (1.0, 1.0, 1.0)
    assert (second.offered, second.goodput, second.plan_p95) == (1.0, 1.0, 2.0)


def test_plans_that_come_later_than_at_first_are_missing_in_the_goodput_of_their_step():
    made = [record(n, scheduled=100.0 + n, took=2.0) for n in range(5)]
    made += [record(5 + n, scheduled=105.0 + n, took=4.0) for n in range(5)]
    _, second = figures.steps_of(made, (1.0, 1.0), 5.0, 100.0)
    assert (second.offered, second.goodput, second.solved_share) == (1.0, 0.6, 1.0)


def test_a_phase_holds_the_sessions_of_its_tenant_and_time():
    made = [record(0, tenant="a", took=1.0), record(1, tenant="a", scheduled=9.0, took=3.0)]
    made.append(record(2, tenant="b", took=9.0))
    assert figures.phase_of(made, "a", "first", 0.0, 5.0).plan_seconds.most == 1.0
    assert figures.phase_of(made, "a", "second", 5.0, 10.0).sessions == 1


def test_every_second_of_a_run_is_there():
    made = [record(0, took=1.5), record(1, scheduled=3.2, took=1.0)]
    looks = [Probe(at=2.1, seconds=took, status=200, what="session") for took in (0.2, 0.4, 0.1)]
    found = figures.moments(made, looks, 0.0)
    assert [moment.get_most for moment in found] == [None, None, 0.4, None, None]
    assert [moment.arrived for moment in found] == [1, 0, 0, 1, 0]
    assert [moment.in_flight for moment in found] == [1, 0, 0, 1, 0]
    assert [moment.plan_p50 for moment in found] == [None, 1.5, None, None, 1.0]


def test_what_must_never_happen_is_summed_over_all_sessions():
    made = [record(0), record(1)]
    made[0].log.missing, made[1].log.doubled, made[1].differs = 2, 1, True
    calls = [Call(seed=101, began=50.0, ended=51.0, answered=True)]
    found = figures.integrity(made, calls)
    assert (found.missing_events, found.doubled_events, found.differing_logs) == (2, 1, 1)
    assert found.asked_again == 1
    assert figures.integrity(made, None).asked_again is None
    made[0].polled = True
    assert figures.integrity(made, calls).asked_again is None


def test_failed_sessions_are_counted_by_what_they_said():
    made = [record(n, status="failed") for n in range(3)]
    for each in made[:2]:
        each.log.reason = "no worker"
    assert figures.failures(made) == {"no worker": 2}


def test_a_takeover_counts_from_the_one_kill_in_the_silence_before_it():
    made = record(0)
    made.log.silences = [(10.0, 16.0), (20.0, 40.0), (50.0, 51.0)]
    # The second silence saw two kills, the third none.
    found = figures.takeovers([made], [12.0, 22.0, 30.0])
    assert (found.count, found.most) == (1, 4.0)
    assert figures.figures([made], []).silence_seconds.most == 20.0


def sample(at: float, rss: float, program: str = "serve") -> Sample:
    return Sample(
        at=at, program=program, pid=1, rss_mebibytes=rss, children_mebibytes=0.0, cpu_seconds=0.0
    )


def test_memory_is_compared_from_the_given_time_on():
    seen = [sample(0.0, 50.0), sample(10.0, 100.0), sample(20.0, 108.0), sample(30.0, 104.0)]
    seen += [sample(10.0, 1.0, "model"), sample(20.0, 9.0, "model")]
    (found,) = growth(seen, 10.0)
    assert (found.program, found.from_mebibytes, found.most_mebibytes) == ("serve", 100.0, 108.0)
    assert found.times == 1.08


def test_the_end_of_the_so_many_th_session_is_found():
    made = [record(0, took=5.0), record(1, took=1.0), record(2, took=None, status=LOST)]
    assert [nth_end(made, number) for number in (1, 2, 3)] == [1.0, 5.0, None]


def test_a_crowd_is_full_when_so_many_are_there_at_once_and_not_when_so_many_have_come():
    made = [record(n, scheduled=float(n), took=1.5) for n in range(5)]
    made += [record(5, scheduled=4.25, took=9.0), Record(index=6, scheduled=4.4)]
    assert figures.full_since(made, 1) == 0.0
    assert figures.full_since(made, 2) == 1.0
    assert figures.full_since(made, 3) == 4.25
    assert figures.full_since(made, 4) == 4.4
    assert figures.full_since(made, 5) is None


def test_where_one_ends_as_another_begins_there_is_one():
    made = [record(n, scheduled=float(n), took=1.0) for n in range(3)]
    assert figures.full_since(made, 1) == 0.0
    assert figures.full_since(made, 2) is None
