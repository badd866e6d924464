"""Events, however the network cuts them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.loadtest.event_stream import Reader, Sent

STREAM = (
    b": keep-alive\n\n"
    b'id: 1\nevent: session_created\ndata: {"a":1}\n\n'
    b"id: 2\nevent: delivered\ndata: one\ndata: two\n\n"
    b"retry: 1000\n\n"
    b"id: 3\r\nevent: solved\r\ndata: {}\r\n\r\n"
)
SENT = [
    Sent(number=1, kind="session_created", data=b'{"a":1}'),
    Sent(number=2, kind="delivered", data=b"one\ntwo"),
    Sent(number=3, kind="solved", data=b"{}"),
]


@given(st.lists(st.integers(min_value=0, max_value=len(STREAM)), max_size=8))
def test_events_are_the_same_wherever_the_stream_is_cut(cuts):
    reader, found = Reader(), []
    edges = [0, *sorted(cuts), len(STREAM)]
    for first, last in pairwise(edges):
        found += reader.add(STREAM[first:last])
    assert found == SENT


def test_what_is_not_complete_is_not_given():
    reader = Reader()
    assert reader.add(b"id: 1\nevent: solved\ndata: {") == []
    assert reader.add(b"}\n") == []
    assert [sent.number for sent in reader.add(b"\n")] == [1]


def test_an_event_without_a_number_is_an_error():
    with pytest.raises(ValueError, match="invalid literal"):
        Reader().add(b"event: solved\ndata: {}\n\n")
