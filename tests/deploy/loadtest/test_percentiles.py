"""Percentiles by the nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.loadtest.percentiles import percentile, spread

VALUES = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.05, 15), (0.3, 20), (0.4, 20), (0.5, 35), (1.0, 50)]
)
def test_percentiles_are_those_of_the_textbook(share, expected):
    # The example of the nearest rank in the encyclopedia.
    assert percentile([35, 20, 15, 50, 40], share) == expected


@given(VALUES, st.floats(min_value=0.01, max_value=1.0))
def test_a_percentile_was_seen_and_a_share_of_the_values_is_not_above_it(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    # And it is the smallest such value.
    assert sum(value < found for value in values) < share * len(values) + 1e-6


def test_a_share_that_is_a_whole_rank_is_not_rounded_up():
    values = list(range(1, 101))
    assert [percentile(values, share) for share in (0.07, 0.29, 0.57, 0.95)] == [7, 29, 57, 95]


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_there_is_no_percentile_of_nothing(values, share):
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, share)


def test_what_was_not_seen_does_not_count():
    found = spread([None, 2.0, None, 1.0, 6.0])
    assert (found.count, found.mean, found.p50, found.most) == (3, 3.0, 2.0, 6.0)
    assert spread([None]).model_dump(exclude_none=True) == {"count": 0}
