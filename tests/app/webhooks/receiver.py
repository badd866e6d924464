"""A server of webhooks on loopback: real HTTP, answers as a test has it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def answer(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """A request as it came; names of headers in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(slots=True, kw_only=True)
class Receiver:
    """Answers the first request with the first answer, and so on; the last one stays.

    An answer of None never comes.
    """

    answers: list[bytes | None]
    got: list[Got] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def until(self, met: Callable[[], bool], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not met():  # noqa: ASYNC110  # what is met is known by looking alone
                await asyncio.sleep(0.005)

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *fields = head.strip().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (f.partition(": ") for f in fields)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            said = self.answers[min(len(self.got), len(self.answers) - 1)]
            self.got.append(Got(line=line, headers=headers, body=body, at=time.time()))
            if said is None:
                await reader.read()
            else:
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*answers: bytes | None) -> AsyncGenerator[Receiver, None]:
    receiver = Receiver(answers=list(answers or (OK,)))
    server = await asyncio.start_server(receiver.receive, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
