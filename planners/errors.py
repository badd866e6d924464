"""What can go wrong when a task or a plan is read. A wrong plan is no error.

PlanningError
├── TaskSyntaxError        the PDDL text is not well formed
├── TaskSemanticError      well formed, but it makes no task (undeclared name, cyclic types, …)
├── UnsupportedTask        a part of PDDL that we refuse by name rather than guess at
├── TaskTooLarge           past a stated bound (bytes, nesting, objects)
├── PlanSyntaxError        the plan text is not in the IPC format
├── BoundReached           judging a plan took more than it was allowed: no verdict
│   ├── TookTooLong        a program was ended because its time was over
│   └── WroteTooMuch       a program was ended because it wrote too much
├── WorkerLost             the process that judged a plan was lost: no verdict
└── NoCertificate          the plan is valid, and of a kind that has no certificate
"""


class PlanningError(Exception):
    """The root of this tree: the caller cannot go on with what it gave."""


class TaskError(PlanningError):
    """A task that cannot be used, with the place in its text.

    Attributes:
        source: Which text: `domain` or `problem`.
        line: Line number, counted from 1.
        column: Column, counted from 1 in characters.
        message: What is wrong and what was expected.
    """

    def __init__(self, source: str, line: int, column: int, message: str) -> None:
        super().__init__(source, line, column, message)
        self.source = source
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}, column {self.column}: {self.message}"


class TaskSyntaxError(TaskError):
    """The PDDL text is not well formed."""


class TaskSemanticError(TaskError):
    """The PDDL text is well formed but makes no task."""


class UnsupportedTask(TaskError):
    """The task uses a part of PDDL that is refused by name, never guessed."""


class TaskTooLarge(TaskError):
    """The task is past a stated bound."""


class PlanSyntaxError(PlanningError):
    """The plan text is not in the IPC format.

    Attributes:
        line: Line number, counted from 1 in the text as given.
        found: That line, without its line break.
        reason: What is wrong with it, where that is not plain; else empty.
    """

    def __init__(self, line: int, found: str, reason: str = "") -> None:
        super().__init__(line, found, reason)
        self.line = line
        self.found = found
        self.reason = reason

    def __str__(self) -> str:
        because = f" ({self.reason})" if self.reason else ""
        return f"line {self.line} is not a step: {self.found[:200]!r}{because}"


class BoundReached(PlanningError):
    """Judging a plan would take more than was allowed. This is no verdict.

    Attributes:
        bound: What was exceeded, with its unit, such as `instances of a quantifier`.
        limit: How many were allowed.
    """

    consequence = "no verdict was made"

    def __init__(self, bound: str, limit: float) -> None:
        super().__init__(bound, limit)
        self.bound = bound
        self.limit = limit

    def __str__(self) -> str:
        return f"the bound of {self.limit} {self.bound} was reached; {self.consequence}"


class TookTooLong(BoundReached):
    """A program was ended because its time was over."""

    consequence = "it was ended"


class WroteTooMuch(BoundReached):
    """A program was ended because it wrote too much."""

    consequence = "it was ended"


class WorkerLost(PlanningError):
    """The process that judged a plan was lost, or broke. This is no verdict.

    Attributes:
        reason: What is known of it, such as `ended by signal 9`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the process that judged the plan was lost ({self.reason}); no verdict was made"


class NoCertificate(PlanningError):
    """The plan is temporal: steps may overlap, so no states stand between them."""

    def __str__(self) -> str:
        return "certificates are made of sequential plans; this one is temporal"
