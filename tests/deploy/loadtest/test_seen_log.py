"""Logs as clients see them: gaps, doubles and repeated attempts are found."""

import json

from deploy.loadtest.event_stream import Sent
from deploy.loadtest.seen_log import SeenLog


def attempt(number: int, seed: int = 0) -> dict:
    return {
        "number": number,
        "ask": {"seed": seed or number},
        "tokens": {"prompt": 100, "completion": 20},
        "proposal_seconds": 1.5,
        "seconds": 1.75,
    }


def sent(place: int, kind: str, **data: object) -> Sent:
    return Sent(number=place, kind=kind, data=json.dumps(data).encode())


def started(place: int, number: int) -> Sent:
    return sent(place, "attempt_started", number=number)


def finished(place: int, number: int) -> Sent:
    return sent(place, "attempt_finished", attempt=attempt(number))


def seen(*events: Sent) -> SeenLog:
    log = SeenLog()
    for place, event in enumerate(events):
        log.add(event, float(place))
    return log


def test_a_clean_log_has_nothing_against_it():
    log = seen(
        sent(1, "session_created"),
        sent(2, "delivered"),
        started(3, 1),
        finished(4, 1),
        sent(5, "solved"),
    )
    assert (log.missing, log.doubled, log.finished_twice, log.begun_again) == (0, 0, 0, 0)
    assert (log.outcome, log.deliveries, log.delivered_at) == ("solved", 1, 1.0)
    made = log.finished[1]
    assert (made.seed, made.at, made.prompt_tokens, made.completion_tokens) == (1, 3.0, 100, 20)
    assert (made.proposal_seconds, made.verifier_seconds) == (1.5, 0.25)


def test_numbers_that_were_left_out_are_missing():
    assert seen(sent(1, "session_created"), sent(4, "delivered"), sent(6, "solved")).missing == 3


def test_an_event_that_comes_again_is_doubled_and_counts_for_nothing_else():
    once = seen(sent(1, "session_created"), sent(2, "delivered"))
    twice = seen(sent(1, "session_created"), sent(2, "delivered"), sent(2, "delivered"))
    assert (twice.doubled, twice.deliveries, twice.missing) == (1, 1, 0)
    assert twice.digest == once.digest


def test_an_attempt_that_finishes_twice_is_found():
    log = seen(finished(1, 1), finished(2, 2), finished(3, 1))
    assert log.finished_twice == 1
    assert set(log.finished) == {1, 2}


def test_an_attempt_that_is_begun_again_when_it_stands_finished_is_found():
    log = seen(started(1, 1), finished(2, 1), started(3, 1))
    assert log.begun_again == 1


def test_an_attempt_that_was_lost_with_its_worker_may_be_begun_again():
    log = seen(sent(1, "delivered"), started(2, 1), sent(3, "delivered"), started(4, 1))
    assert log.begun_again == 0
    assert log.silences == [(1.0, 2.0)]


def test_logs_of_the_same_events_have_the_same_digest_and_others_another():
    assert seen(started(1, 1)).digest == seen(started(1, 1)).digest
    assert seen(started(1, 1)).digest != seen(started(1, 2)).digest
    assert seen(started(1, 1)).digest != seen(started(2, 1)).digest


def test_the_reason_of_a_failure_is_kept():
    assert seen(sent(1, "failed", reason="taken up too often")).reason == "taken up too often"
