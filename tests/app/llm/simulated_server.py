"""A small OpenAI-compatible server over real HTTP, with faults to order."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

USAGE: Mapping[str, object] = {
    "prompt_tokens": 20,
    "completion_tokens": 4,
    "total_tokens": 24,
    "prompt_tokens_details": {"cached_tokens": 16},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A stream of chunks.

    Attributes:
        pieces: What each chunk adds to the answer.
        reasoning: What chunks before them add to the reasoning.
        reasoning_field: What the server calls it.
        finish_reason: Sent with the last piece; None for a stream that breaks off.
        usage: Sent at the end, or None for a server that sends none.
        first_seconds: Time to the first chunk.
        between_seconds: Time between two chunks.
        stall: Send nothing more after the pieces, and keep the connection open.
        cut: Close the connection after the pieces.
        content_type: Of the response.
        raw: Sent as it is instead of everything above.
    """

    pieces: tuple[str, ...] = ("(pick-up a)\n", "(stack a b)")
    reasoning: tuple[str, ...] = ()
    reasoning_field: str = "reasoning_content"
    finish_reason: str | None = "stop"
    usage: Mapping[str, object] | None = field(default_factory=lambda: USAGE)
    first_seconds: float = 0.0
    between_seconds: float = 0.0
    stall: bool = False
    cut: bool = False
    content_type: str = "text/event-stream"
    raw: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A response other than 200."""

    status: int
    message: str = "no"
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came.

    Attributes:
        line: Such as `POST /v1/chat/completions HTTP/1.1`.
        headers: With their names in lower case.
        body: Read from its JSON.
    """

    line: str
    headers: Mapping[str, str]
    body: Mapping[str, object]


class SimulatedServer:
    """Gives the replies it was told to give, then plain answers.

    Attributes:
        url: Where its API begins.
        received: Every request so far.
        connections: How many were made so far.
        sent: Chunks written so far.
        sending: Set once a chunk was written.
        disconnected: Set when a client has gone before its answer ended.
    """

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.connections = 0
        self.sent = 0
        self.sending = asyncio.Event()
        self.disconnected = asyncio.Event()
        self._script: list[Answer | Refusal] = []

    def replies(self, *replies: Answer | Refusal) -> None:
        """Give these to the next calls, in order."""
        self._script.extend(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it is closed."""
        self.connections += 1
        try:
            while not reader.at_eof():
                self.received.append(await _request(reader))
                reply = self._script.pop(0) if self._script else Answer()
                if isinstance(reply, Refusal):
                    writer.write(_refusal(reply))
                elif not await self._stream(reply, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _stream(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send an answer; say whether the connection is still of use."""
        kind = answer.content_type.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind)
        writer.write(b"\r\nTransfer-Encoding: chunked\r\n\r\n")
        await asyncio.sleep(answer.first_seconds)
        for event in answer.raw if answer.raw is not None else events(answer):
            if reader.at_eof():
                self.disconnected.set()
                return False
            writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.sent += 1
            self.sending.set()
            await writer.drain()
            await asyncio.sleep(answer.between_seconds)
        if answer.stall:
            await reader.read()
            self.disconnected.set()
        if answer.stall or answer.cut:
            return False
        writer.write(b"0\r\n\r\n")
        return True


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    request, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)}
    body = json.loads(await reader.readexactly(int(headers["content-length"])))
    return Received(line=request, headers=headers, body=body)


def _refusal(refusal: Refusal) -> bytes:
    body = json.dumps({"error": {"message": refusal.message, **refusal.error}}).encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **refusal.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {refusal.status} No\r\n{head}\r\n".encode() + body


def events(answer: Answer) -> list[bytes]:
    """Make the chunks of an answer."""
    deltas = [{answer.reasoning_field: piece} for piece in answer.reasoning]
    deltas += [{"content": piece} for piece in answer.pieces]
    chunks: list[dict[str, object]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}], "usage": None},
        *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas),
    ]
    if answer.stall or answer.cut:
        return [_event(chunk) for chunk in chunks]
    if answer.finish_reason is not None:
        last = {"index": 0, "delta": {"content": None}, "finish_reason": answer.finish_reason}
        chunks.append({"choices": [last]})
    if answer.usage is not None:
        chunks.append({"choices": [], "usage": answer.usage})
    return [*(_event(chunk) for chunk in chunks), b"data: [DONE]\n\n"]


def _event(chunk: object) -> bytes:
    return f"data: {json.dumps(chunk)}\n\n".encode()


@asynccontextmanager
async def simulated_server() -> AsyncGenerator[SimulatedServer, None]:
    """Serve on a free port until the block ends."""
    simulated = SimulatedServer()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        # A task of a stream server that ends cancelled is printed as an error.
        with suppress(asyncio.CancelledError):
            await simulated.serve(reader, writer)
        serving.discard(task)

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    simulated.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    try:
        yield simulated
    finally:
        listener.close()
        for task in tuple(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
