"""What one line, or one element of a JSON list, turned out to be."""

from dataclasses import dataclass

from planners.plan import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Steps, or the reason why something that looks like a step is none, or neither.

    Attributes:
        steps: In the order written.
        bare: There is nothing beside the steps but a comment.
        suspect: Why what looks like a step could not be read; `""` if nothing does.
    """

    steps: tuple[Step, ...] = ()
    bare: bool = True
    suspect: str = ""


NOTHING = Found()
