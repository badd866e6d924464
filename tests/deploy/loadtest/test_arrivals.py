"""Arrivals: drawn from a seed, at the rate that was asked for."""

import statistics
import time

import pytest
import uvloop

from deploy.loadtest.arrivals import burst, poisson, wait_until


def test_the_same_seed_gives_the_same_arrivals_and_another_one_others():
    assert poisson(5.0, 20.0, 3) == poisson(5.0, 20.0, 3)
    assert poisson(5.0, 20.0, 3) != poisson(5.0, 20.0, 4)


def test_arrivals_rise_and_end_in_time():
    found = poisson(50.0, 10.0, 1)
    assert list(found) == sorted(found)
    assert found[0] > 0.0
    assert found[-1] < 10.0


def test_arrivals_come_at_their_rate_and_as_irregularly_as_a_poisson_process():
    found = poisson(20.0, 1000.0, 1)
    waits = [later - earlier for earlier, later in zip((0.0, *found), found, strict=False)]
    # 20,000 arrivals: their number spreads by 141, so five of those are 3.5 %.
    assert len(found) == pytest.approx(20_000, rel=0.035)
    # The waits of such a process spread as much as they are long.
    assert statistics.stdev(waits) == pytest.approx(statistics.fmean(waits), rel=0.05)


@pytest.mark.parametrize(("rate", "seconds"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.0)])
def test_a_rate_or_a_time_that_is_none_is_refused(rate, seconds):
    with pytest.raises(ValueError, match="above 0"):
        poisson(rate, seconds, 0)


def test_a_crowd_comes_within_a_second_into_the_stream():
    found = burst(1.0, 30.0, 100, 10.0, 5)
    assert list(found) == sorted(found)
    assert sum(10.0 <= at < 11.0 for at in found) >= 100
    assert [at for at in found if not 10.0 <= at < 11.0] == [
        at for at in poisson(1.0, 30.0, 5) if not 10.0 <= at < 11.0
    ]


def test_nothing_comes_before_its_time():
    async def early() -> list[float]:
        found = []
        for step in range(40):
            at = time.time() + 0.0001 * step
            await wait_until(at)
            found.append(at - time.time())
        return found

    assert max(uvloop.run(early())) <= 0.0
