"""What a look at a task has to say."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error makes the task unreadable, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong or odd, and where.

    Attributes:
        severity: How bad it is.
        rule: Which rule found it, such as `unused-predicate`; `reading` for what the
            reader itself says.
        source: Which text: `domain` or `problem`.
        line: Line number, counted from 1.
        column: Column, counted from 1 in characters.
        message: What was found.
        text: That line, without the white space around it, at most 200 characters.
    """

    severity: Severity
    rule: str
    source: str
    line: int
    column: int
    message: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.source}, line {self.line}, column {self.column}: "
            f"{self.severity}: {self.message} [{self.rule}]"
        )
