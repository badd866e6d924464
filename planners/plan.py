"""Plans and steps, and the IPC plan format, read and written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from planners.errors import BoundReached, PlanSyntaxError

MAX_CHARACTERS = 4_194_304
_MAX_DIGITS = 100

_LINE_END = re.compile(r"\r\n|\r|\n")
# Possessive throughout, so that no text is read twice.
_STEP = re.compile(
    r"\s*+(?:(?P<start>[0-9]++(?:\.[0-9]++)?+)\s*+:\s*+)?+"
    r"\((?P<words>[^()\[\]?]*+)\)"
    r"\s*+(?:\[\s*+(?P<duration>[0-9]++(?:\.[0-9]++)?+)\s*+\]\s*+)?+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A ground action.

    Attributes:
        action: Name of the action schema, lower case.
        arguments: Names of objects, lower case.
        start: Time stamp as written, or None in a sequential plan.
        duration: Duration as written, or None.
    """

    action: str
    arguments: tuple[str, ...] = ()
    start: Fraction | None = None
    duration: Fraction | None = None

    def __str__(self) -> str:
        return "(" + " ".join((self.action, *self.arguments)) + ")"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in the order in which they are to be executed."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "".join(f"{step}\n" for step in self.steps)


def read_plan(text: str) -> Plan:
    """Read a plan in the IPC format, strictly.

    A step is `(name argument …)` on one line; several may stand on a line. In front may
    stand a time stamp `0.001:`, behind it a duration `[1.0]`. Behind `;` stands a comment.
    Either all steps have stamps or none has; stamps sort the steps. Two steps of one stamp
    are refused: they would be meant to happen at once, and no order of them is written.

    Args:
        text: The plan. Names are read in lower case.

    Returns:
        The plan, without steps where the text holds none.

    Raises:
        PlanSyntaxError: at the first line that holds anything else.
        BoundReached: past `MAX_CHARACTERS`.
    """
    if len(text) > MAX_CHARACTERS:
        raise BoundReached("characters in one plan", MAX_CHARACTERS)
    stamped: dict[Fraction, Step] = {}
    steps: list[Step] = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        for step in _steps_of(number, line):
            if steps and (step.start is None) is bool(stamped):
                raise PlanSyntaxError(number, line, "all steps have a time stamp or none has")
            if step.start is not None and stamped.setdefault(step.start, step) is not step:
                raise PlanSyntaxError(number, line, "two steps of one time stamp have no order")
            steps.append(step)
    if stamped:
        steps = [stamped[start] for start in sorted(stamped)]
    return Plan(steps=tuple(steps))


def _steps_of(number: int, line: str) -> Iterator[Step]:
    written = line.partition(";")[0].rstrip()
    place = 0
    while place < len(written):
        match = _STEP.match(written, place)
        words = match["words"].lower().split() if match else ()
        if match is None or not words:
            raise PlanSyntaxError(number, line)
        yield Step(
            action=words[0],
            arguments=tuple(words[1:]),
            start=_time(number, line, match["start"]),
            duration=_time(number, line, match["duration"]),
        )
        place = match.end()


def _time(number: int, line: str, digits: str | None) -> Fraction | None:
    if digits is None:
        return None
    if len(digits) > _MAX_DIGITS:
        raise PlanSyntaxError(number, line, f"a time of more than {_MAX_DIGITS} digits")
    return Fraction(digits)
