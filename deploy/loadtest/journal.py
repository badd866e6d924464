"""The calls that a simulated model server was asked, a line of JSON each, kept over restarts.

A log says what a session got for its calls; only the model server knows what it was asked.
"""

import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from deploy.loadtest.seen_log import SeenLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was not refused.

    Attributes:
        seed: Of the request. Modulo gives each attempt of each session one of its own, where
            the sessions themselves have different seeds.
        began: When it came, in seconds of the wall clock.
        ended: When it ended.
        answered: Whether its whole answer was sent.
    """

    seed: int
    began: float
    ended: float
    answered: bool


Note: TypeAlias = Callable[[Call], None]


@contextmanager
def journal(path: Path | None) -> Generator[Note, None, None]:
    """Note calls in a file, behind what stands in it; without a path nowhere."""
    if path is None:
        yield lambda _: None
        return
    with path.open("a", encoding="ascii", buffering=1) as lines:
        yield lambda call: print(json.dumps(asdict(call)), file=lines)


def read_journal(path: Path) -> tuple[Call, ...]:
    """Read a journal. A last line that was cut off by a crash does not count."""
    calls: list[Call] = []
    for line in path.read_text(encoding="ascii").splitlines():
        try:
            calls.append(Call(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(calls)


def asked_again(calls: Iterable[Call], logs: Iterable[SeenLog]) -> int:
    """Count the calls for attempts that stood finished in their log when the call came.

    Args:
        calls: Of the whole run.
        logs: Of all its sessions, none of which share a seed.
    """
    finished = {each.seed: each.at for log in logs for each in log.finished.values()}
    return sum(call.began > finished.get(call.seed, call.began) for call in calls)


def paid_in_vain(calls: Iterable[Call], logs: Iterable[SeenLog]) -> int:
    """Count the whole answers that stand in no log: their worker was lost, or a sibling won."""
    logged = {each.seed for log in logs for each in log.finished.values()}
    answered = [call.seed for call in calls if call.answered]
    return len(answered) - len(logged & set(answered))
