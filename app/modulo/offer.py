"""What a constructive critic offers with a flaw: data, so that each prompt words it its own way.

An offer says nothing about what is valid: whoever takes it up may fail all the same.
"""

from dataclasses import dataclass
from enum import StrEnum

from planners.condition import Literal
from planners.plan import Step


class Kind(StrEnum):
    """What is offered."""

    SKETCH = "sketch"
    FACTS = "facts"
    INSERT = "insert"
    REPLACE = "replace"
    OMIT = "omit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Help from the place where a plan fails.

    Attributes:
        kind: `sketch`: steps that would reach the goal if nothing were ever undone. `facts`:
            what has to hold at some time on every way from there to the goal. `insert`:
            steps behind which the next one can be executed, or the goal holds. `replace`:
            steps of which each can be executed in the place of the failing one. `omit`: the
            failing step, which can be left out.
        place: How many steps stand before the place that help is offered for.
        steps: The steps, for all kinds but `facts`.
        facts: The facts, for `facts` alone; all of them positive.
        more: How many further steps or facts were found and are not among these.
    """

    kind: Kind
    place: int
    steps: tuple[Step, ...] = ()
    facts: tuple[Literal, ...] = ()
    more: int = 0
