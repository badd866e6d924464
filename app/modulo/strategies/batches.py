"""A batch of fresh asks: the same question under several temperatures and wordings."""

from dataclasses import dataclass

from app.modulo.attempt import Ask
from app.modulo.strategies.seeds import seed_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How fresh asks are made; mixing temperatures and wordings decorrelates failures.

    Attributes:
        proposer: Name in the bank.
        temperatures: Taken in turn by attempt number; unitless.
        variants: Wordings, taken in turn; `""` is the proposer's first.
        seed: Of the session.
    """

    proposer: str
    temperatures: tuple[float, ...] = (0.0, 0.6, 0.8, 1.0)
    variants: tuple[str, ...] = ("",)
    seed: int = 0

    def fresh(self, number: int) -> Ask:
        """Make the ask of an attempt, counted from 1, that starts afresh."""
        place = number - 1
        return Ask(
            proposer=self.proposer,
            variant=self.variants[place % len(self.variants)],
            temperature=self.temperatures[place % len(self.temperatures)],
            seed=seed_of(self.seed, number),
        )
