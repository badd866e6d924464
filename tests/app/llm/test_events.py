"""Splitting a stream of server-sent events."""

import tracemalloc
from collections.abc import AsyncGenerator, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.events import StreamTooLong, event_data


async def stream(chunks: Iterable[bytes]) -> AsyncGenerator[bytes, None]:
    for chunk in chunks:
        yield chunk


async def read(*chunks: bytes, most_bytes: int = 1_000_000) -> list[bytes]:
    return [data async for data in event_data(stream(chunks), most_bytes=most_bytes)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
async def test_lines_may_end_in_any_of_three_ways(end):
    assert await read(end.join([b"data: one", b"", b"data: two", b"", b""])) == [b"one", b"two"]


async def test_one_space_after_the_colon_is_not_data():
    assert await read(b"data:a\n\ndata:  b\n\n") == [b"a", b" b"]


async def test_data_in_several_lines_is_joined():
    assert await read(b"data: a\ndata\ndata: b\n\n") == [b"a\n\nb"]


async def test_comments_and_other_fields_are_no_data():
    assert await read(b": ping\n\nevent: x\nid: 7\ndatum: no\ndata: yes\n\n") == [b"yes"]


async def test_an_event_that_breaks_off_is_left_out():
    assert await read(b"data: whole\n\ndata: hal") == [b"whole"]


async def test_the_bound_counts_every_byte():
    assert await read(b"data: abc\n\n", most_bytes=11) == [b"abc"]
    with pytest.raises(StreamTooLong):
        await read(b"data: abc\n\n", most_bytes=10)


LINES = st.lists(
    st.sampled_from([b"data: a", b"data:", b"", b"", b": c", b"data: \xc3\xa4", b"id: 1"])
)


@given(
    lines=LINES,
    end=st.sampled_from([b"\n", b"\r\n", b"\r"]),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
async def test_where_a_stream_is_cut_into_chunks_changes_nothing(lines, end, cuts):
    whole = b"".join(line + end for line in lines)
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    chunks = [whole[start:stop] for start, stop in pairwise(places)]
    assert await read(*chunks) == await read(whole)


@given(st.lists(st.binary(max_size=60), max_size=20))
async def test_any_bytes_are_read_without_an_error(chunks):
    for data in await read(*chunks):
        assert b"\r" not in data


async def test_a_long_line_in_small_chunks_takes_memory_in_proportion():
    tracemalloc.start()
    try:
        (data,) = await read(b"data: ", *[b"x" * 100] * 10_000, b"\n\n", most_bytes=2_000_000)
        assert len(data) == 1_000_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
