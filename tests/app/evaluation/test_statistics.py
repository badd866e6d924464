"""Bootstrap intervals against cases whose answer is known."""

from itertools import product
from math import sqrt

import numpy as np
import pytest

from app.evaluation.statistics import (
    estimate,
    mean,
    mean_difference,
    median,
    median_difference,
)


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution_for_many_tasks():
    values = np.random.default_rng(1).normal(50, 10, size=400)
    found = estimate(mean, list(values))
    assert found is not None
    half = 1.96 * values.std() / sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.05 * 2 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.05 * 2 * half)


def test_the_interval_of_few_tasks_is_that_of_all_ways_to_draw_them():
    # With four tasks all 256 samples can be written down; their quantiles are the truth.
    values = [1.0, 2.0, 4.0, 9.0]
    means = sorted(sum(drawn) / 4 for drawn in product(values, repeat=4))
    found = estimate(mean, values, samples=40_000)
    assert found is not None
    assert found.low == pytest.approx(np.quantile(means, 0.025), abs=0.26)
    assert found.high == pytest.approx(np.quantile(means, 0.975), abs=0.26)


def test_nine_of_ten_intervals_of_nine_tenths_hold_the_truth():
    random = np.random.default_rng(2)
    inside = 0
    for seed in range(200):
        found = estimate(
            mean, list(random.exponential(3, 60)), seed=seed, samples=500, confidence=0.9
        )
        assert found is not None
        inside += found.low <= 3 <= found.high
    # 180 are expected, with a deviation of 4; exponential samples of 60 cost a few.
    assert 164 <= inside <= 192


def test_pairs_are_drawn_together_so_that_what_they_share_cancels_out():
    shared = np.random.default_rng(3).normal(100, 50, size=80)
    ours, theirs = list(shared), list(shared + 2)
    for statistic in (mean_difference, median_difference):
        found = estimate(statistic, ours, theirs)
        assert found is not None
        assert (found.value, found.low, found.high) == pytest.approx((-2, -2, -2))
    alone = estimate(mean, ours)
    assert alone is not None
    assert alone.high - alone.low > 10


def test_the_median_of_a_wild_sample_stays_calm():
    values = [1.0] * 60 + [1_000_000.0] * 10
    found = estimate(median, values)
    assert found is not None
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    values = list(np.random.default_rng(4).normal(size=30))
    assert estimate(mean, values, seed=1) == estimate(mean, values, seed=1)
    assert estimate(mean, values, seed=1) != estimate(mean, values, seed=2)


def test_without_tasks_there_is_no_estimate():
    assert estimate(mean, []) is None


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="each task"):
        estimate(mean_difference, [1.0, 2.0], [1.0])
