"""What a program writes, kept up to a bound however much it is."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Output:
    """The first and the last of some bytes.

    Attributes:
        most: How many bytes are kept, at least 2.
        size: How many there have been.
    """

    most: int
    size: int = 0
    _first: bytearray = field(default_factory=bytearray)
    _last: bytearray = field(default_factory=bytearray)

    @property
    def omitted(self) -> int:
        """How many bytes are not kept."""
        return max(0, self.size - self.most)

    def take(self, data: bytes) -> None:
        """Take what comes next."""
        self.size += len(data)
        room = self.most - self.most // 2 - len(self._first)
        self._first += data[:room]
        self._last += data[room:]
        # Now and then alone: each time, it would move all that is kept for every few bytes.
        if len(self._last) > self.most:
            self._trim()

    def text(self) -> str:
        """Give it as text; what is no UTF-8 is replaced, and a line says what is left out."""
        self._trim()
        # One whole unless something is missing: a character may lie across the halves.
        gap = f"\n[{self.omitted} bytes are left out]\n".encode() if self.omitted else b""
        return b"".join((self._first, gap, self._last)).decode(errors="replace")

    def _trim(self) -> None:
        del self._last[: -(self.most // 2)]
