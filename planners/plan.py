"""Plans and steps, and the IPC plan format, read and written. All numbers are exact."""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import chain
from operator import attrgetter, itemgetter

from planners.errors import BoundReached, PlanSyntaxError

MAX_CHARACTERS = 4_194_304
_MAX_DIGITS = 100

# Plans of one task say the same things over and over. At worst this keeps about 30 MB.
_KEPT_LINES = 8_192
_LONGEST_KEPT_LINE = 200

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


# The kept lines that hold one step and no time stamp: a plan of such lines alone, and most are,
# is read by looking them up. Threads may share it: a line is read alike, and where one is
# missing, the plan is read the longer way.
_LONE_STEPS: dict[str, Step] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in the order in which they are to be executed.

    Attributes:
        steps: Either all have time stamps or none has. Those with stamps stand in order of
            them, and steps of one stamp happen at once, whatever their order here.
        lines: Where `read_plan` found each step on a line of its own, without a time stamp, and
            remembers them all: these lines. Else None. What is made of a step is found under
            its line in a fourth of the time that action and arguments take.
    """

    steps: tuple[Step, ...]
    lines: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def __str__(self) -> str:
        return "".join(f"{_timed(step)}\n" for step in self.steps)


def decimal(value: Fraction) -> str:
    """Write a number as a decimal, such as `-0.25`, exactly.

    Raises:
        ValueError: if it is none, such as a third. What is read from decimals is one.
    """
    twos = (value.denominator & -value.denominator).bit_length() - 1
    fives, rest = 0, value.denominator >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1:
        message = f"{value} is not a decimal number"
        raise ValueError(message)
    digits = max(twos, fives)
    scaled = abs(value.numerator) * 10**digits // value.denominator
    written = str(scaled).rjust(digits + 1, "0")
    sign, place = "-" if value < 0 else "", len(written) - digits
    return sign + (f"{written[:place]}.{written[place:]}" if digits else written)


def read_plan(text: str) -> Plan:
    """Read a plan in the IPC format, strictly.

    A step is `(name argument …)` on one line; several may stand on a line. In front may
    stand a time stamp `0.001:`, behind it a duration `[1.0]`. Behind `;` stands a comment.
    Either all steps have stamps or none has. Stamps sort the steps; those of one stamp stay
    as written, and are meant to happen at once: whoever judges the plan must not take them
    for a sequence.

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
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.rstrip("\n").split("\n")
    plan = _looked_up(tuple(lines))
    if plan is not None:
        return plan
    read = _kept_steps_of if max(map(len, lines)) <= _LONGEST_KEPT_LINE else _steps_of
    try:
        steps = tuple(chain.from_iterable(map(read, lines)))
    except ValueError:
        raise _first_fault(lines) from None
    unstamped = [step.start for step in steps].count(None)
    if unstamped not in {0, len(steps)}:
        raise _first_fault(lines)
    return Plan(steps=steps if unstamped else tuple(sorted(steps, key=attrgetter("start"))))


def _looked_up(lines: tuple[str, ...]) -> Plan | None:
    """Read a plan of remembered lines with one step each and no time stamp; None if it is not."""
    try:
        # Of one line `itemgetter` makes no tuple.
        steps = itemgetter(*lines)(_LONE_STEPS) if len(lines) > 1 else (_LONE_STEPS[lines[0]],)
    except KeyError:
        return None
    plan = Plan(steps=steps)
    # Not an argument of `Plan`: nobody else may say which lines steps are from.
    object.__setattr__(plan, "lines", lines)
    return plan


def _first_fault(lines: list[str]) -> PlanSyntaxError:
    """Find the first line that holds no step, or where only some steps have time stamps."""
    stamped: set[bool] = set()
    for number, line in enumerate(lines, start=1):
        try:
            stamped.update(step.start is not None for step in _steps_of(line))
        except ValueError as reason:
            return PlanSyntaxError(number, line, str(reason))
        if len(stamped) > 1:
            break
    return PlanSyntaxError(number, line, "all steps have a time stamp or none has")


def _steps_of(line: str) -> tuple[Step, ...]:
    """Read the steps of a line.

    Raises:
        ValueError: if the line holds anything else; with the reason, where that is not plain.
    """
    written = line.partition(";")[0].rstrip()
    place = 0
    steps: list[Step] = []
    while place < len(written):
        match = _STEP.match(written, place)
        words = match["words"].lower().split() if match else ()
        if match is None or not words:
            raise ValueError
        steps.append(
            Step(
                action=words[0],
                arguments=tuple(words[1:]),
                start=_time(match["start"]),
                duration=_time(match["duration"]),
            )
        )
        place = match.end()
    return tuple(steps)


@cache
def _kept_steps_of(line: str) -> tuple[Step, ...]:
    steps = _steps_of(line)
    if _kept_steps_of.cache_info().currsize >= _KEPT_LINES:
        _kept_steps_of.cache_clear()
        _LONE_STEPS.clear()
    if len(steps) == 1 and steps[0].start is None:
        _LONE_STEPS[line] = steps[0]
    return steps


def _time(digits: str | None) -> Fraction | None:
    if digits is None:
        return None
    if len(digits) > _MAX_DIGITS:
        message = f"a time of more than {_MAX_DIGITS} digits"
        raise ValueError(message)
    return Fraction(digits)


def _timed(step: Step) -> str:
    start = "" if step.start is None else f"{decimal(step.start)}: "
    duration = "" if step.duration is None else f" [{decimal(step.duration)}]"
    return f"{start}{step}{duration}"
