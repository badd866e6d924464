"""What one trajectory condition remembers of the states it has seen, and when it is clear.

Each is told of each state in turn whether its formulas hold there and since when. It is
`broken` as soon as no further state can mend it, `settled` as soon as none can change it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

TIMED = frozenset({"within", "always-within", "hold-during", "hold-after"})


class Watch(Protocol):
    """A trajectory condition in the course of a plan."""

    settled: bool
    broken: bool

    def see(self, first: bool, second: bool, time: Fraction) -> None:
        """Take in the next state.

        Args:
            first: Whether the first formula holds in it.
            second: Whether the last formula does, which is the first where there is one.
            time: Since when the state holds.
        """
        ...

    def end(self) -> None:
        """Take in that no further state comes."""
        ...


@dataclass(slots=True)
class _Kept:
    settled: bool = False
    broken: bool = False

    def _break(self) -> None:
        self.settled = self.broken = True


@dataclass(slots=True)
class Always(_Kept):
    """`always`: the formula holds in each state."""

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        if not first:
            self._break()

    def end(self) -> None:
        """Take in that no further state comes."""


@dataclass(slots=True)
class AtEnd(_Kept):
    """`at-end`: the formula holds in the last state."""

    holds: bool = False

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        self.holds = first

    def end(self) -> None:
        """Take in that no further state comes."""
        if not self.holds:
            self._break()


@dataclass(slots=True)
class Sometime(_Kept):
    """`sometime`, and `within` a time: the formula holds in some state that begins by then."""

    limit: Fraction | None = None

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        if self.limit is not None and time > self.limit:
            self._break()
        elif first:
            self.settled = True

    def end(self) -> None:
        """Take in that no further state comes."""
        self._break()


@dataclass(slots=True)
class AtMostOnce(_Kept):
    """`at-most-once`: the states where the formula holds stand in one row."""

    inside: bool = False
    over: bool = False

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        if first and self.over:
            self._break()
        self.over = self.over or (self.inside and not first)
        self.inside = first

    def end(self) -> None:
        """Take in that no further state comes."""


@dataclass(slots=True)
class Answered(_Kept):
    """`sometime-after`, and `always-within` a span: the second holds there or later.

    Attributes:
        span: How much later at most; None for any time.
        open: Since when the first formula waits for the second; None where it does not.
    """

    span: Fraction | None = None
    open: Fraction | None = None

    def see(self, first: bool, second: bool, time: Fraction) -> None:
        """Take in the next state."""
        if self.open is not None and self.span is not None and time > self.open + self.span:
            self._break()
        elif second:
            self.open = None
        elif first and self.open is None:
            self.open = time

    def end(self) -> None:
        """Take in that no further state comes."""
        if self.open is not None:
            self._break()


@dataclass(slots=True)
class Before(_Kept):
    """`sometime-before`: where the first holds, the second held in an earlier state."""

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        if first:
            self._break()
        elif second:
            self.settled = True

    def end(self) -> None:
        """Take in that no further state comes."""


@dataclass(slots=True)
class Hold(_Kept):
    """`hold-during` from `start` up to before `stop`, and `hold-after` without an end."""

    start: Fraction = Fraction(0)
    stop: Fraction | None = None
    # The state before `start` counts if it lasts until then.
    early: bool = True

    def see(self, first: bool, second: bool, time: Fraction) -> None:  # noqa: ARG002
        """Take in the next state."""
        if time <= self.start:
            self.early = first
            return
        inside = self.stop is None or time < self.stop
        empty = self.stop is not None and self.stop <= self.start
        if not empty and (not self.early or (inside and not first)):
            self._break()
        self.settled = self.settled or not inside

    def end(self) -> None:
        """Take in that no further state comes."""
        if not self.early and (self.stop is None or self.start < self.stop):
            self._break()


_MAKERS: Mapping[str, Callable[..., Watch]] = {
    "at-end": AtEnd,
    "always": Always,
    "sometime": Sometime,
    "within": lambda limit: Sometime(limit=limit),
    "at-most-once": AtMostOnce,
    "sometime-after": Answered,
    "always-within": lambda span: Answered(span=span),
    "sometime-before": Before,
    "hold-during": lambda start, stop: Hold(start=start, stop=stop),
    "hold-after": lambda start: Hold(start=start),
}


def watch(kind: str, times: tuple[Fraction, ...]) -> Watch:
    """Make what watches a trajectory condition.

    Args:
        kind: As in `planners.pddl.model.Trajectory`.
        times: Likewise.
    """
    return _MAKERS[kind](*times)
