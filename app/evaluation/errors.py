"""What can go wrong around an evaluation.

EvaluationError
├── BrokenDataSet   the recorded data are not what their README says
├── UnknownSet      there is no set of cases of that name
├── BrokenJournal   what an earlier run wrote cannot be read
└── EngineMissing   a planner that the evaluation is about is not installed
"""

from pathlib import Path

from planners.errors import PlanningError


class EvaluationError(PlanningError):
    """The root of the tree: the evaluation cannot go on."""


class BrokenDataSet(EvaluationError):
    """The recorded data are not what their README says.

    Attributes:
        file: Where.
        reason: What was found, and what was expected.
    """

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


class UnknownSet(EvaluationError):
    """There is no set of cases of that name, or none that fits is in it.

    Attributes:
        name: As it was asked for.
        reason: What is lacking, and what there is instead.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"no cases of {self.name!r}: {self.reason}"


class BrokenJournal(EvaluationError):
    """What an earlier run wrote cannot be read.

    Attributes:
        file: The journal.
        line: Counted from 1.
        reason: What is wrong with it.
    """

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(file, line, reason)
        self.file = file
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}; move it away to begin anew"


class EngineMissing(EvaluationError):
    """A planner that the evaluation is about is not installed.

    Attributes:
        reason: Which, and how to get it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
