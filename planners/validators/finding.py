"""What a validator finds of a plan, before it is held against our verdict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one validator says of one plan.

    Attributes:
        valid: Whether the plan solves the task, or None where it cannot say.
        reason: Why it is not valid, or why it cannot say; may be empty for a valid plan.
    """

    valid: bool | None
    reason: str = ""
