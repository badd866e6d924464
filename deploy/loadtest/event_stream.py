"""Server-sent events, read as they come."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

_BOUNDARY = re.compile(rb"\r?\n\r?\n")
MOST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One event.

    Attributes:
        number: Its `id`.
        kind: Its `event`.
        data: As sent.
    """

    number: int
    kind: str
    data: bytes


class Reader:
    """Puts events together from pieces of a body."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, piece: bytes) -> list[Sent]:
        """Take a piece and give the events that it completes.

        Comments and hints when to come back are no events.

        Raises:
            ValueError: an event has no number, or is too long.
        """
        *blocks, self._rest = _BOUNDARY.split(self._rest + piece)
        if len(self._rest) > MOST_BYTES:
            raise ValueError(f"an event is longer than {MOST_BYTES} bytes")
        return [sent for block in blocks if (sent := _event(block)) is not None]


def _event(block: bytes) -> Sent | None:
    fields: dict[bytes, bytes] = {}
    for line in block.splitlines():
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        fields[name] = fields[name] + b"\n" + value if name == b"data" in fields else value
    if b"data" not in fields:
        return None
    return Sent(
        number=int(fields.get(b"id", b"")),
        kind=fields.get(b"event", b"message").decode(),
        data=fields[b"data"],
    )


async def events(pieces: AsyncIterator[bytes]) -> AsyncIterator[list[Sent]]:
    """Read the events of a body, those of one piece together."""
    reader = Reader()
    async for piece in pieces:
        if found := reader.add(piece):
            yield found
