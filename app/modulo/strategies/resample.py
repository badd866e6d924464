"""Resampling: fresh proposals and nothing fed back, the baseline of equal budget."""

from dataclasses import dataclass

from app.modulo.attempt import Ask, Trace
from app.modulo.strategies.batches import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Resample:
    """Ask afresh until the budget ends.

    Attributes:
        batch: How the asks are made.
        width: How many are asked side by side, at least 1.
    """

    batch: Batch
    width: int = 4
    name: str = "resample"

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Ask `width` times afresh."""
        first = len(trace) + 1
        return tuple(self.batch.fresh(first + place) for place in range(self.width))
