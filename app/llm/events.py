"""Server-sent events, as far as a stream of completions needs them, within a bound."""

from collections.abc import AsyncGenerator, AsyncIterable


class StreamTooLong(Exception):
    """More bytes came than were allowed.

    Attributes:
        most_bytes: How many were.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most_bytes)
        self.most_bytes = most_bytes


async def event_data(
    chunks: AsyncIterable[bytes], *, most_bytes: int
) -> AsyncGenerator[bytes, None]:
    """Split a stream into the data of its events; comments and other fields are left out.

    Data in several lines is joined by line feeds. An event that the stream breaks off
    before its blank line is left out, as the standard asks.

    Args:
        chunks: The stream, cut anywhere.
        most_bytes: Bound of the whole stream.

    Yields:
        The data of each event, undecoded.

    Raises:
        StreamTooLong: the bound was passed.

    Source:
        WHATWG HTML, section 9.2.6, Interpreting an event stream.
    """
    data: list[bytes] = []
    async for line in _lines(chunks, most_bytes):
        if not line:
            if data:
                yield b"\n".join(data)
            data = []
        elif line == b"data" or line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))


async def _lines(chunks: AsyncIterable[bytes], most_bytes: int) -> AsyncGenerator[bytes, None]:
    """Split at line feeds, carriage returns and both together."""
    read = 0
    pieces: list[bytes] = []
    ended_in_return = False
    async for chunk in chunks:
        read += len(chunk)
        if read > most_bytes:
            raise StreamTooLong(most_bytes)
        text = chunk.removeprefix(b"\n") if ended_in_return else chunk
        if not text:
            ended_in_return = ended_in_return and not chunk
            continue
        ended_in_return = text.endswith(b"\r")
        first, *rest = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        # A list and one join, as adding to the rest at every chunk would take quadratic time.
        pieces.append(first)
        if not rest:
            continue
        yield b"".join(pieces)
        for line in rest[:-1]:
            yield line
        pieces = [rest[-1]]
