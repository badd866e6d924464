"""When a failed call is made again."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.retry import Retries, full_jitter, retry_after_seconds

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("9" * 5_000, 86_400.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 9999 11:00:00 GMT", 86_400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    assert retry_after_seconds({"retry-after": value}, NOW) == seconds


@given(st.text())
def test_no_retry_after_breaks_the_reader(value):
    seconds = retry_after_seconds({"retry-after": value}, NOW)
    assert seconds is None or 0.0 <= seconds <= 86_400.0


def test_without_the_header_nothing_is_asked():
    assert retry_after_seconds({}, NOW) is None


@given(seed=st.integers(), retry=st.integers(0, 10_000))
def test_jitter_stays_between_nothing_and_a_bound_that_doubles(seed, retry):
    wait = full_jitter(Random(seed), retry, first_seconds=0.5, most_seconds=8.0)
    assert 0.0 <= wait <= min(8.0, 0.5 * 2 ** min(retry, 4))


def test_jitter_uses_the_whole_range():
    random = Random(3)
    waits = [full_jitter(random, 2, first_seconds=1.0, most_seconds=9.0) for _ in range(1_000)]
    assert min(waits) < 0.1
    assert max(waits) > 3.9


def test_a_call_is_retried_twice_at_most():
    retries = Retries()
    assert [retries.wait_seconds(retry, None) is None for retry in range(4)] == [
        False,
        False,
        True,
        True,
    ]


def test_an_empty_bucket_gives_no_retries_and_calls_fill_it_again():
    retries = Retries(bucket=2.0, per_call=0.5)
    assert retries.wait_seconds(0, None) is not None
    assert retries.wait_seconds(0, None) is not None
    assert retries.wait_seconds(0, None) is None
    retries.call_made()
    assert retries.wait_seconds(0, None) is None
    retries.call_made()
    assert retries.wait_seconds(0, None) is not None


def test_a_bucket_never_holds_more_than_it_can():
    retries = Retries(bucket=1.0, per_call=1.0)
    for _ in range(10):
        retries.call_made()
    assert retries.wait_seconds(0, None) is not None
    assert retries.wait_seconds(0, None) is None


def test_a_wait_is_never_shorter_than_asked():
    assert all(
        2.0 <= (Retries(random=Random(seed)).wait_seconds(0, 2.0) or 0.0) <= 2.5
        for seed in range(50)
    )
