"""A small HTTP/1.1 client: one connection to one request, so that a load test costs little.

A thousand streams at once in one process, beside the service on the same machine: what a
client of general use does for each event would be measured as the service's own time.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from deploy.loadtest.loopback import Address

MOST_LINE = 1 << 20


class Broken(ConnectionError):
    """The answer ended before its end, or is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent.

    Attributes:
        method: Such as GET.
        path: With its query.
        headers: Beside Host, Connection and Content-Length.
        body: Or nothing.
    """

    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] | None = None
    body: bytes = b""

    def written(self, host: str) -> bytes:
        """Write it for the wire."""
        headers = {
            "Host": host,
            "Connection": "close",
            "Content-Length": str(len(self.body)),
            **(self.headers or {}),
        }
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: The number.
        headers: Names in lower case.
        body: All of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def retry_seconds(self) -> float:
        """How long the service asks to wait; 1 where it does not say."""
        said = self.headers.get("retry-after", "")
        return float(said) if said.isdigit() else 1.0


class Answer:
    """An answer whose body is still coming.

    Attributes:
        status: The number.
        headers: Names in lower case.
    """

    def __init__(self, reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.headers = headers
        self._reader = reader

    async def pieces(self, silence_seconds: float) -> AsyncGenerator[bytes, None]:
        """Read the body piece by piece, as it comes.

        Args:
            silence_seconds: Longest wait for the next piece.

        Raises:
            Broken: it ends too early.
            TimeoutError: nothing came for so long.
        """
        try:
            if self.headers.get("transfer-encoding", "").lower() == "chunked":
                while size := int(await _within(self._reader.readline(), silence_seconds), 16):
                    piece = await _within(self._reader.readexactly(size + 2), silence_seconds)
                    yield piece[:-2]
            elif (length := self.headers.get("content-length")) is not None:
                yield await _within(self._reader.readexactly(int(length)), silence_seconds)
            elif self.status not in {204, 304}:
                yield await _within(self._reader.read(), silence_seconds)
        except (asyncio.IncompleteReadError, ValueError) as problem:
            raise Broken(str(problem)) from None


async def _within(reading: Awaitable[bytes], seconds: float) -> bytes:
    async with asyncio.timeout(seconds):
        return await reading


@asynccontextmanager
async def answering(
    address: Address, request: Request, *, seconds: float = 30.0
) -> AsyncGenerator[Answer, None]:
    """Send a request and read the head of its answer; the connection ends with the block.

    Args:
        address: Where to.
        request: What.
        seconds: Longest wait for the head.

    Raises:
        OSError: no connection, or it broke; `Broken` is one of them.
        TimeoutError: no head came for so long.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=MOST_LINE)
    try:
        async with asyncio.timeout(seconds):
            writer.write(request.written(f"{address.host}:{address.port}"))
            await writer.drain()
            status, headers = await _head(reader)
        yield Answer(reader, status, headers)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first = (await reader.readline()).split(maxsplit=2)
    if len(first) < 2 or not first[1].isdigit():
        raise Broken("no answer")
    headers: dict[str, str] = {}
    while (line := await reader.readline()) != b"\r\n":
        if not line:
            raise Broken("half an answer")
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(first[1]), headers


async def ask(address: Address, request: Request, *, seconds: float = 30.0) -> Reply:
    """Send a request and read the whole answer; raises as `answering` does.

    Args:
        address: Where to.
        request: What.
        seconds: Longest wait, for the head and for each piece of the body.
    """
    async with answering(address, request, seconds=seconds) as answer:
        body = b"".join([piece async for piece in answer.pieces(seconds)])
    return Reply(status=answer.status, headers=answer.headers, body=body)
