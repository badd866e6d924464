"""A cable between a store and its Redis, to be cut where it hurts."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Cable:
    """Passes on what is said between clients and a server, on a port of its own.

    Args:
        url: Of the server.
    """

    def __init__(self, url: str) -> None:
        server = urlsplit(url)
        assert server.hostname is not None
        assert server.port is not None
        self._server = (server.hostname, server.port)
        self._listening: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""
        # Answers to what was sent with this in it are lost, with their connection.
        self.lose_answers_to: bytes | None = None
        self.lost = 0
        self.lost_one = asyncio.Event()
        self.broken = False

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._listening.sockets[0].getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._listening is not None
        self._listening.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Break all connections, and refuse new ones until it is mended."""
        self.broken = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        """Take connections again."""
        self.broken = False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._ends.add(writer)
        try:
            if not self.broken:
                await self._pass_on(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._ends.discard(writer)
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(*self._server)
        self._ends.add(requests)
        lose = asyncio.Event()

        async def there() -> None:
            while data := await reader.read(1 << 16):
                if self.lose_answers_to is not None and self.lose_answers_to in data:
                    lose.set()
                requests.write(data)
                await requests.drain()

        async def back() -> None:
            while data := await answers.read(1 << 16):
                if lose.is_set():
                    # The server has done it, and nobody will hear of that.
                    self.lost += 1
                    self.lost_one.set()
                    self.lose_answers_to = None
                    return
                writer.write(data)
                await writer.drain()

        ways = {asyncio.create_task(there()), asyncio.create_task(back())}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            with suppress(OSError):
                await asyncio.gather(*ways, return_exceptions=True)
            requests.transport.abort()
            self._ends.discard(requests)
