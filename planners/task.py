"""A planning task as it was written: two PDDL texts, hashable and storable."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A domain and a problem in PDDL. Reading them is cached behind this value.

    Attributes:
        domain: The text of the domain.
        problem: The text of the problem.
    """

    domain: str
    problem: str
