"""What gathered lines make: steps that belong together, and how firmly they claim to be a plan."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from app.modulo.attempt import Unread
from app.reading.lines import Line
from planners.plan import Step

MAX_QUOTED = 120
MAX_UNREAD = 50


class Kind(IntEnum):
    """How firmly a block claims to be the plan, in rising order."""

    PASSING = 0
    ANNOTATED = 1
    BARE = 2
    SET_APART = 3
    MARKED = 4


@dataclass(slots=True, kw_only=True)
class Block:
    """Steps that belong together.

    Attributes:
        kind: How firmly they claim to be the plan.
        era: How many corrections stand before it.
        steps: In the order written.
        unread: Lines that look like steps of it.
        others: Lines of a fence or between marks that are no steps.
        ended: It was closed, so an empty one is empty on purpose.
        fenced: It stands in a code fence.
        item: The number of its last item, or None where its steps bear none.
        indent: How many blanks stand before that item.
        lines: How many lines its steps take.
        bare: How many of those lines hold nothing else.
        refused: How many lines could not be read; `unread` keeps the first of them.
    """

    kind: Kind = Kind.BARE
    era: int = 0
    steps: list[Step] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)
    ended: bool = False
    fenced: bool = False
    item: int | None = None
    indent: int = 0
    lines: int = 0
    bare: int = 0
    refused: int = 0

    @property
    def empty(self) -> bool:
        """It was opened and closed with nothing in it."""
        return self.ended and not (self.steps or self.unread or self.others)

    def refuse(self, line: int, text: str, reason: str) -> None:
        """Note a line that looks like a step and could not be read."""
        self.refused += 1
        if len(self.unread) < MAX_UNREAD:
            self.unread.append(Unread(line=line, text=quote(text), reason=reason))


def notes(blocks: Iterable[Block]) -> tuple[Unread, ...]:
    """Give the lines of blocks that could not be read; the last one tells of those left out."""
    blocks = list(blocks)
    kept = [note for block in blocks for note in block.unread][:MAX_UNREAD]
    more = sum(block.refused for block in blocks) - len(kept)
    if more:
        reason = f"{kept[-1].reason}; {more} more lines could not be read"
        kept[-1] = replace(kept[-1], reason=reason)
    return tuple(kept)


def quote(text: str) -> str:
    """Cut a line to a length that can be quoted."""
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"
