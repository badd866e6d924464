"""Autonomous mode: one proposal, judged."""

from dataclasses import dataclass

from app.modulo.attempt import Ask, Trace
from app.modulo.strategies.seeds import seed_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Autonomous:
    """Ask once, at temperature 0, and stop.

    Attributes:
        proposer: Name in the bank.
        variant: Wording, or `""` for the proposer's first.
        seed: Of the session.
    """

    proposer: str
    variant: str = ""
    seed: int = 0
    name: str = "autonomous"

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Ask once."""
        if trace:
            return ()
        return (Ask(proposer=self.proposer, variant=self.variant, seed=seed_of(self.seed, 1)),)
