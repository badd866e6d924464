"""Ground conditions: what a step needs, what a goal lacks, and why it does not hold."""

from dataclasses import dataclass
from fractions import Fraction

from planners.plan import Step


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A ground atom or its negation, such as `(on a b)` or `(not (clear a))`.

    Attributes:
        predicate: Lower-case name; `=` for equality.
        arguments: Names of objects.
        positive: False for a negated atom.
    """

    predicate: str
    arguments: tuple[str, ...] = ()
    positive: bool = True

    def __str__(self) -> str:
        atom = "(" + " ".join((self.predicate, *self.arguments)) + ")"
        return atom if self.positive else f"(not {atom})"


@dataclass(frozen=True, slots=True)
class Compound:
    """A ground condition that is no literal: a disjunction or an existential.

    Attributes:
        formula: The condition as PDDL text, with variables of the schema replaced.
        nearest: What is unmet in the option that lacks least.
    """

    formula: str
    nearest: tuple["Condition", ...] = ()

    def __str__(self) -> str:
        return self.formula


@dataclass(frozen=True, slots=True)
class Inequality:
    """A ground comparison of numbers, with the values found.

    Attributes:
        formula: The comparison as PDDL text, such as `(>= (fuel t1) 5)`; it may be a
            negation, `(not (> …))`.
        left: The value of its left side, or None where it has none.
        right: The value of its right side, or None.
    """

    formula: str
    left: Fraction | None
    right: Fraction | None

    def __str__(self) -> str:
        return self.formula


Condition = Literal | Compound | Inequality


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a literal that is needed does not hold, and what would make it hold.

    Attributes:
        literal: What is needed.
        undone_by: Index of the last step that made it false, or None if none did.
        step: That step, or None.
        producers: Names of the actions that have it among their effects.
    """

    literal: Literal
    undone_by: int | None = None
    step: Step | None = None
    producers: tuple[str, ...] = ()
