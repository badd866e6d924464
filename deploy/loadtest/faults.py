"""Faults to order: which calls of a model server go wrong, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What goes wrong with a call."""

    BUSY = "429"
    AWAY = "503"
    STALL = "stall"
    CUT = "cut"
    JUNK = "junk"


KINDS = {
    Fault.BUSY: "429 with Retry-After",
    Fault.AWAY: "503",
    Fault.STALL: "half an answer, then nothing, and the slot stays taken until the client leaves",
    Fault.CUT: "half an answer, then the connection is closed",
    Fault.JUNK: "200 with what is no answer: a page of HTML, or an event that is no JSON",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Which share of calls goes wrong in which way.

    Attributes:
        shares: Each from 0 to 1, together at most 1.
    """

    shares: Mapping[Fault, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(share < 0.0 for share in self.shares.values()):
            raise ValueError("a share of faults is at least 0")
        if sum(self.shares.values()) > 1.0 + 1e-9:
            raise ValueError("the shares of all faults together are at most 1")

    def draw(self, random: Random) -> Fault | None:
        """Draw the fault of a call, or none."""
        drawn = random.random()
        for kind, share in self.shares.items():
            drawn -= share
            if drawn < 0.0:
                return kind
        return None


def read_faults(text: str) -> Faults:
    """Read shares written as `429=0.05,stall=0.01`; nothing is no fault.

    Raises:
        ValueError: if it is written otherwise, or the shares make no sense.
    """
    shares: dict[Fault, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, share = part.partition("=")
        if not equals or name not in set(Fault) or Fault(name) in shares:
            kinds = ", ".join(Fault)
            raise ValueError(
                f"{part!r} is no fault with its share; write KIND=SHARE, each of "
                f"{kinds} once at most"
            )
        try:
            shares[Fault(name)] = float(share)
        except ValueError:
            raise ValueError(f"the share of {name} is no number: {share!r}") from None
    return Faults(shares=shares)
