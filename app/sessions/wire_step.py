"""What every form on the wire is made of: frozen models, storable text, steps of plans."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from planners.plan import Step


class Wire(BaseModel):
    """Frozen. Unknown fields are passed over: a later version may have written them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def storable(text: Any) -> Any:
    """Replace what UTF-8 cannot carry: a model may send half of a surrogate pair."""
    if not isinstance(text, str) or text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def absent(value: object) -> bool:
    """Say whether a field is left out of what is written."""
    return value is None or value in ((), {})


Text = Annotated[str, BeforeValidator(storable)]


class StepWire(Wire):
    """A ground action."""

    action: Text = Field(description="Name of the action.")
    arguments: tuple[Text, ...] = Field(default=(), description="Names of objects.")
    start: str | None = Field(
        default=None,
        exclude_if=absent,
        description="Time stamp in the task's own unit, as a decimal or a fraction such as `1/3`.",
    )
    duration: str | None = Field(
        default=None, exclude_if=absent, description="Duration, in the same unit."
    )

    @classmethod
    def of(cls, step: Step) -> "StepWire":
        """Write a step."""
        return cls(
            action=step.action,
            arguments=step.arguments,
            start=None if step.start is None else str(step.start),
            duration=None if step.duration is None else str(step.duration),
        )

    def step(self) -> Step:
        """Read the step back.

        Raises:
            ValueError: a time is no number.
        """
        return Step(
            action=self.action,
            arguments=self.arguments,
            start=None if self.start is None else Fraction(self.start),
            duration=None if self.duration is None else Fraction(self.duration),
        )


def number(value: Fraction) -> int | float:
    """Write a number as JSON can: exact where it is whole, else the nearest double."""
    return value.numerator if value.denominator == 1 else float(value)
