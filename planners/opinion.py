"""What other validators say of a plan that we have judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stand(StrEnum):
    """How a validator stands to our verdict."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    ABSTAINS = "abstains"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """How one independent validator stands to our verdict on one plan.

    Attributes:
        validator: Its name, such as `VAL`.
        version: Its version; of a program that tells none, the start of its SHA-256. Empty
            where it is not installed.
        stand: Whether it finds the same.
        reason: What it found otherwise, or why it abstains; empty where it agrees.
    """

    validator: str
    version: str
    stand: Stand
    reason: str = ""

    def __str__(self) -> str:
        name = " ".join(part for part in (self.validator, self.version) if part)
        return f"{name} {self.stand}" + (f": {self.reason}" if self.reason else "")


def disputed(opinions: Iterable[SecondOpinion]) -> bool:
    """Say whether some validator disagrees."""
    return any(opinion.stand is Stand.DISAGREES for opinion in opinions)


def confirmed(opinions: Iterable[SecondOpinion]) -> bool:
    """Say whether some validator agrees and none disagrees."""
    stands = {opinion.stand for opinion in opinions}
    return Stand.AGREES in stands and Stand.DISAGREES not in stands
