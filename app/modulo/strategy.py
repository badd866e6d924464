"""What decides what to ask next: the paper's meta controller, as a pure function."""

from typing import Protocol

from app.modulo.attempt import Ask, Trace


class Strategy(Protocol):
    """Turns the trace into the next round. Pure: same trace, same asks."""

    @property
    def name(self) -> str:
        """Its name in the bank."""
        ...

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Say what to ask next, side by side; empty to give up."""
        ...
