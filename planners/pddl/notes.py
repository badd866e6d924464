"""What a reading of a task has to say beside its model: warnings, and what was used."""

from collections.abc import Collection

from planners.pddl.model import TaskWarning
from planners.pddl.tokens import Source

MAX_WARNINGS = 100

_QUANTIFIED = (":existential-preconditions", ":universal-preconditions")
_SUPPORTED = (
    ":strips",
    ":typing",
    ":equality",
    ":negative-preconditions",
    ":disjunctive-preconditions",
    *_QUANTIFIED,
    ":quantified-preconditions",
    ":conditional-effects",
    ":adl",
    ":constants",
    ":action-costs",
    ":fluents",
    ":numeric-fluents",
    ":object-fluents",
    ":derived-predicates",
    ":domain-axioms",
    ":durative-actions",
    ":duration-inequalities",
    ":timed-initial-literals",
    ":constraints",
    ":preferences",
)
_IMPLIED = {
    ":quantified-preconditions": _QUANTIFIED,
    ":adl": (
        ":strips",
        ":typing",
        ":equality",
        ":negative-preconditions",
        ":disjunctive-preconditions",
        ":conditional-effects",
        *_QUANTIFIED,
    ),
    ":numeric-fluents": (":action-costs",),
    ":fluents": (":numeric-fluents", ":object-fluents", ":action-costs"),
    ":domain-axioms": (":derived-predicates",),
    ":duration-inequalities": (":durative-actions",),
    ":timed-initial-literals": (":durative-actions",),
}
# Declared by domains that never use them. What they stand for is refused where it is used.
_HARMLESS = (":continuous-effects", ":timed-effects", ":time")
KNOWN = frozenset((*_SUPPORTED, *_HARMLESS))
# Each of these changes what other words mean, so it cannot be passed over.
REFUSED = frozenset((":open-world", ":true-negation"))


class Notes:
    """Collects warnings and the requirements that a task makes use of."""

    def __init__(self) -> None:
        self._warnings: list[TaskWarning] = []
        self._used: dict[str, tuple[Source, int, str]] = {}

    def copy(self) -> "Notes":
        """Begin with what was noted so far."""
        notes = Notes()
        notes._warnings = list(self._warnings)
        notes._used = dict(self._used)
        return notes

    @property
    def warnings(self) -> tuple[TaskWarning, ...]:
        """All warnings, in the order in which they came up, at most `MAX_WARNINGS`."""
        return tuple(self._warnings)

    def warn(self, source: Source, offset: int, message: str) -> None:
        """Keep a warning. Past `MAX_WARNINGS` they are counted as one."""
        if len(self._warnings) >= MAX_WARNINGS:
            return
        if len(self._warnings) == MAX_WARNINGS - 1:
            message = "more warnings than are kept"
        line, column = source.place(offset)
        self._warnings.append(
            TaskWarning(source=source.name, line=line, column=column, message=message)
        )

    def use(self, requirement: str, source: Source, offset: int, what: str) -> None:
        """Keep the first place that makes use of a requirement."""
        if requirement not in self._used:
            self._used[requirement] = (source, offset, what)

    def warn_of_missing(self, declared: Collection[str]) -> None:
        """Warn of each requirement that is used and not declared."""
        covered = set(declared)
        for requirement in declared:
            covered.update(_IMPLIED.get(requirement, ()))
        for requirement, (source, offset, what) in self._used.items():
            if requirement not in covered:
                self.warn(source, offset, f"{what} needs {requirement}, which is not declared")
