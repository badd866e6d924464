"""A service that does what a test has written down, one answer to a request."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from deploy.loadtest.loopback import Address


@dataclass
class Asked:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Scripted:
    """Answers requests by their path: the next of what is written down for it, the last again."""

    answers: dict[str, list[bytes]]
    delay_seconds: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    address: Address = field(init=False)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = {k.lower(): v for k, _, v in (each.partition(": ") for each in rest)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(Asked(line=line, headers=headers, body=body))
        await asyncio.sleep(self.delay_seconds)
        method, path, _ = line.split()
        left = self.answers[f"{method} {path}"]
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        writer.close()

    def of(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.line.split()[1] == path]


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def stream(*events: bytes, whole: bool = True) -> bytes:
    """A stream of events; one that is not whole breaks off."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)
    end = b"0\r\n\r\n" if whole else b""
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + end


def event(number: int, kind: str, data: bytes = b"{}") -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, kind.encode(), data)


@asynccontextmanager
async def scripted(
    answers: dict[str, list[bytes]], *, delay_seconds: float = 0.0
) -> AsyncGenerator[Scripted, None]:
    service = Scripted(answers, delay_seconds)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.address = Address(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()
