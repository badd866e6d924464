"""Faults to order."""

from collections import Counter
from random import Random

import pytest

from deploy.loadtest.faults import Fault, Faults, read_faults


def test_shares_are_read_by_kind():
    assert read_faults(" 429=0.1, cut=0.25,") == Faults(shares={Fault.BUSY: 0.1, Fault.CUT: 0.25})
    assert read_faults("") == Faults()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("500=0.1", "'500=0.1' is no fault"),
        ("cut", "'cut' is no fault"),
        ("cut=0.1,cut=0.1", "once at most"),
        ("cut=much", "no number: 'much'"),
        ("cut=-0.1", "at least 0"),
        ("cut=0.6,junk=0.6", "at most 1"),
    ],
)
def test_other_shares_are_refused_with_what_is_wrong_with_them(text, said):
    with pytest.raises(ValueError, match=said):
        read_faults(text)


def test_faults_come_as_often_as_ordered():
    faults, random = read_faults("429=0.2,stall=0.3"), Random(1)
    drawn = Counter(faults.draw(random) for _ in range(2000))
    assert drawn.keys() == {Fault.BUSY, Fault.STALL, None}
    assert 340 < drawn[Fault.BUSY] < 460
    assert 520 < drawn[Fault.STALL] < 680
