"""What a model server was asked, held against what stands in the logs."""

from deploy.loadtest.journal import Call, asked_again, journal, paid_in_vain, read_journal
from deploy.loadtest.seen_log import Finished, SeenLog


def call(seed: int, began: float, *, answered: bool = True) -> Call:
    return Call(seed=seed, began=began, ended=began + 1.0, answered=answered)


def log_of(**at_by_seed: float) -> SeenLog:
    log = SeenLog()
    for number, (seed, at) in enumerate(at_by_seed.items(), 1):
        log.finished[number] = Finished(
            number=number,
            seed=int(seed.removeprefix("s")),
            at=at,
            proposal_seconds=1.0,
            verifier_seconds=0.0,
            prompt_tokens=1,
            completion_tokens=1,
        )
    return log


def test_calls_are_read_back_as_they_were_noted_over_restarts(tmp_path):
    path = tmp_path / "calls.jsonl"
    for noted in (call(1, 5.0), call(2, 6.0, answered=False)):
        with journal(path) as note:
            note(noted)
    assert read_journal(path) == (call(1, 5.0), call(2, 6.0, answered=False))


def test_a_line_that_a_crash_cut_off_does_not_count(tmp_path):
    path = tmp_path / "calls.jsonl"
    with journal(path) as note:
        note(call(1, 5.0))
        note(call(2, 6.0))
    path.write_text(path.read_text()[:-20])
    assert read_journal(path) == (call(1, 5.0),)


def test_without_a_file_nothing_is_noted():
    with journal(None) as note:
        note(call(1, 5.0))


def test_a_call_for_an_attempt_that_stands_finished_is_found():
    logs = [log_of(s1=10.0, s2=20.0), log_of(s3=5.0)]
    clean = [call(1, 8.0), call(1, 9.0), call(2, 15.0), call(3, 4.0), call(4, 99.0)]
    assert asked_again(clean, logs) == 0
    assert asked_again([*clean, call(1, 10.5), call(3, 6.0)], logs) == 2


def test_answers_that_stand_in_no_log_were_paid_in_vain():
    calls = [call(1, 1.0), call(1, 3.0), call(2, 1.0, answered=False), call(2, 2.0), call(3, 1.0)]
    # One of the two answers of seed 1 stands in the log, and that of seed 3 in none.
    assert paid_in_vain(calls, [log_of(s1=4.0, s2=3.0)]) == 2
