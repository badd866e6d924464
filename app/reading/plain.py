"""Answers that are a bare plan: `(unstack a b)` on each line, and nothing besides.

A model that keeps to the format is the usual case, and reading it needs no judgement. What
is not plain in every line is left to `app.reading.answer`, which finds the same in what is.
"""

import re

from app.reading.formal import STRUCTURE
from app.reading.lexicon import Lexicon
from planners.plan import Plan, Step

# Nothing that a notation, a list mark or a tag could be made of.
_PLAIN = re.compile(r"[a-z0-9_() \n-]*+")


def read_plain(text: str, lexicon: Lexicon) -> Plan | None:
    """Read a bare plan of steps that the task knows.

    Args:
        text: The answer; its lines end in line feeds alone.
        lexicon: The names of the task.

    Returns:
        The plan, or None where anything is not plain.
    """
    if text[:1] != "(" or _PLAIN.fullmatch(text) is None:
        return None
    objects = lexicon.object_names.exact
    steps: list[Step] = []
    for line in text.split("\n"):
        if not line:
            continue
        if line[0] != "(" or line[-1] != ")":
            return None
        action, *arguments = line[1:-1].split(" ")
        if lexicon.actions.get(action) != len(arguments) or not action[0].isalpha():
            return None
        if action in STRUCTURE or not all(map(objects.__contains__, arguments)):
            return None
        steps.append(Step(action=action, arguments=tuple(arguments)))
    return Plan(steps=tuple(steps))
