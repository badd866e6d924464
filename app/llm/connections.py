"""Connections to a model server: one to a call, closed unless the call says it may be kept.

Closing the connection is how a generation is stopped. And a pool shared by the calls
would not survive it: httpx 0.28.1 loses places of its pool for good when calls are
cancelled (docs/decisions/0002-httpx.md).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx


@dataclass(slots=True, kw_only=True)
class Loan:
    """A client that is lent for one call.

    Attributes:
        client: Holds at most one connection.
        ended_well: To be set once a response was read to its very end. Even a read that
            was cancelled one moment before may have left the client unfit for another.
    """

    client: httpx.AsyncClient
    ended_well: bool = False


class Connections:
    """Lends clients that hold one connection each, and keeps the idle ones for later.

    As an async context manager it closes what it keeps. Clients that are lent at that
    time are closed when they come back.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient], *, most_idle: int = 64) -> None:
        """Start without any.

        Args:
            make: Makes a client; called where no idle one is left.
            most_idle: How many are kept for later calls.
        """
        self._make = make
        self._most_idle = most_idle
        self._idle: list[httpx.AsyncClient] = []
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the idle ones, and from now on keep none."""
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[Loan, None]:
        """Lend a client for one call; it is closed afterwards unless that ended well."""
        # The one used last: its connection is the least likely to have been closed.
        loan = Loan(client=self._idle.pop() if self._idle else self._make())
        try:
            yield loan
        finally:
            if loan.ended_well and not self._closed and len(self._idle) < self._most_idle:
                self._idle.append(loan.client)
            else:
                # Shielded: a second cancellation must not leave the server generating.
                await asyncio.shield(loan.client.aclose())


@asynccontextmanager
async def replying(
    client: httpx.AsyncClient, url: str, *, content: bytes, headers: Mapping[str, str]
) -> AsyncGenerator[httpx.Response, None]:
    """Post, and give the reply while it is coming.

    Raises:
        httpx.HTTPError: there is none, or it broke.
    """
    async with client.stream("POST", url, content=content, headers=headers) as reply:
        try:
            yield reply
        finally:
            await reply.aclose()
            # A reply and its stream hold each other: fifty objects of each call would lie about
            # until the garbage collector comes by.
            reply.stream = httpx.ByteStream(b"")


def endpoint(url: str) -> str:
    """Give the URL of chat completions under the one where an API begins.

    Raises:
        ValueError: it is none that HTTP can be spoken to.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as problem:
        raise ValueError(f"not a URL: {url!r} ({problem})") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError(f"not an http or https URL with a host: {url!r}")
    return f"{str(parsed).rstrip('/')}/chat/completions"
