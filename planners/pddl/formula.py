"""Conditions and numbers over variables: what preconditions, goals and effects are made of.

A term is a string: a variable begins with `?`, anything else is an object.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

OBJECT = "object"
EQUALS = "="
TOTAL_COST = "total-cost"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed variable.

    Attributes:
        name: With its question mark, such as `?from`.
        types: Types of which one must fit; `("object",)` where none was written.
    """

    name: str
    types: tuple[str, ...] = (OBJECT,)


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate over terms; equality is the predicate `=`."""

    predicate: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    operand: "Formula"


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction; true where it is empty."""

    operands: tuple["Formula", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction; false where it is empty."""

    operands: tuple["Formula", ...] = ()


@dataclass(frozen=True, slots=True)
class Imply:
    """An implication."""

    premise: "Formula"
    conclusion: "Formula"


@dataclass(frozen=True, slots=True)
class Forall:
    """True where the body holds for all objects of the types; also over no objects."""

    parameters: tuple[Parameter, ...]
    body: "Formula"


@dataclass(frozen=True, slots=True)
class Exists:
    """True where the body holds for some objects of the types."""

    parameters: tuple[Parameter, ...]
    body: "Formula"


@dataclass(frozen=True, slots=True)
class FunctionTerm:
    """A numeric function applied to terms, such as `(road-length ?a ?b)`."""

    function: str
    terms: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "(" + " ".join((self.function, *self.terms)) + ")"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An operation on numbers.

    Attributes:
        operator: `+`, `-`, `*` or `/`.
        operands: Two; `+` and `*` may have more, and `-` with one is a negation.
    """

    operator: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class StepDuration:
    """`?duration`: how long the durative step takes."""


@dataclass(frozen=True, slots=True)
class TotalTime:
    """`total-time` in a metric: when the last step ends."""


@dataclass(frozen=True, slots=True)
class Violations:
    """`(is-violated name)` in a metric: how often a preference is violated."""

    preference: str


Expression: TypeAlias = Fraction | FunctionTerm | Arithmetic | StepDuration | TotalTime | Violations


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of two numbers. It does not hold where one of them has no value.

    Attributes:
        operator: `<`, `<=`, `=`, `>=` or `>`.
    """

    operator: str
    left: Expression
    right: Expression


Formula: TypeAlias = Atom | Not | And | Or | Imply | Forall | Exists | Comparison
