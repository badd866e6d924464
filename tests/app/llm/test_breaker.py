"""Leaving a failing server alone."""

from app.llm.breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=2, open_seconds=10.0, clock=clock)
    for _ in range(2):
        breaker.enter()
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row_only():
    breaker = CircuitBreaker(failures=2, open_seconds=10.0, clock=Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.wait_seconds() == 0.0
    breaker.failed()
    assert breaker.wait_seconds() == 10.0


def test_after_its_time_one_probe_passes_and_no_other():
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    assert breaker.wait_seconds() == 0.0
    breaker.enter()
    assert breaker.wait_seconds() > 0.0


def test_a_probe_that_fails_opens_it_again_for_the_whole_time():
    clock = Clock()
    breaker = opened(clock)
    clock.now = 12.0
    breaker.enter()
    breaker.failed()
    assert breaker.wait_seconds() == 10.0


def test_a_probe_that_is_answered_closes_it():
    clock = Clock()
    breaker = opened(clock)
    clock.now = 12.0
    breaker.enter()
    breaker.succeeded()
    assert breaker.wait_seconds() == 0.0
    breaker.failed()
    assert breaker.wait_seconds() == 0.0


def test_a_probe_that_is_cancelled_lets_the_next_one_pass():
    clock = Clock()
    breaker = opened(clock)
    clock.now = 12.0
    breaker.enter()
    breaker.dropped()
    assert breaker.wait_seconds() == 0.0
