"""The lifted model of a task: what its PDDL says, with nothing grounded.

All names are lower case. A term is a string: a variable begins with `?`, anything else is
an object. Everything here is a plain value: it compares, pickles and is never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from planners.verdict import Literal

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


Formula: TypeAlias = Atom | Not | And | Or | Imply | Forall | Exists


@dataclass(frozen=True, slots=True)
class FunctionTerm:
    """A numeric function applied to terms, such as `(road-length ?a ?b)`."""

    function: str
    terms: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "(" + " ".join((self.function, *self.terms)) + ")"


@dataclass(frozen=True, slots=True)
class AtomEffect:
    """An atom added, or deleted where `positive` is false."""

    atom: Atom
    positive: bool = True


@dataclass(frozen=True, slots=True)
class AndEffect:
    """Several effects at once; none where it is empty."""

    effects: tuple["Effect", ...] = ()


@dataclass(frozen=True, slots=True)
class ForallEffect:
    """An effect for all objects of the types."""

    parameters: tuple[Parameter, ...]
    effect: "Effect"


@dataclass(frozen=True, slots=True)
class When:
    """An effect that takes place where the condition held before the step."""

    condition: Formula
    effect: "Effect"


@dataclass(frozen=True, slots=True)
class Increase:
    """A rise of `total-cost`, the only number that steps may change.

    Attributes:
        function: What rises.
        amount: By how much: a number, or a function whose values the problem gives.
    """

    function: FunctionTerm
    amount: Fraction | FunctionTerm


Effect: TypeAlias = AtomEffect | AndEffect | ForallEffect | When | Increase


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSchema:
    """An action with variables.

    Attributes:
        name: Its name in the domain.
        parameters: In the order in which steps give their arguments.
        precondition: `And()` where none was written.
        effect: `AndEffect()` where none was written.
    """

    name: str
    parameters: tuple[Parameter, ...]
    precondition: Formula
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWarning:
    """Something odd in a task that it can be read in spite of.

    Attributes:
        source: Which text: `domain` or `problem`.
        line: Line number, counted from 1.
        column: Column, counted from 1 in characters.
        message: What is odd, and how it was taken.
    """

    source: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftedTask:
    """A task as `planners.pddl.read_task` understands it.

    Attributes:
        domain_name: The name that the domain gives itself.
        problem_name: The name that the problem gives itself.
        requirements: As declared, such as `:strips`; may be empty.
        types: Each type with its direct supertypes; `object` is always there and has none.
        objects: Each object, constants first, with the types it was declared with (more
            than one for `either`), in the order of the text.
        constants: The names among `objects` that the domain declares.
        predicates: Each predicate with its parameters; equality is not among them.
        functions: Each numeric function with its parameters.
        actions: Each action schema by its name, in the order of the text.
        init: The atoms that hold at first. All positive, `=` not among them.
        init_values: The values that functions have at first.
        goal: What must hold behind the last step.
        metric: The function whose value is to be small, or None: then the number of steps.
        warnings: What was odd. Not compared.
    """

    domain_name: str
    problem_name: str
    requirements: tuple[str, ...] = ()
    types: Mapping[str, tuple[str, ...]]
    objects: Mapping[str, tuple[str, ...]]
    constants: frozenset[str] = frozenset()
    predicates: Mapping[str, tuple[Parameter, ...]]
    functions: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    actions: Mapping[str, ActionSchema]
    init: frozenset[Literal]
    init_values: Mapping[FunctionTerm, Fraction] = field(default_factory=dict)
    goal: Formula
    metric: FunctionTerm | None = None
    warnings: tuple[TaskWarning, ...] = field(default=(), compare=False)

    def is_a(self, found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        """Say whether one of the found types is, or is below, one of the wanted."""
        seen: set[str] = set()
        front = list(found)
        while front:
            name = front.pop()
            if name in wanted:
                return True
            if name not in seen:
                seen.add(name)
                front.extend(self.types[name])
        return OBJECT in wanted

    def objects_of(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """List the objects of these types and the types below, in the order of the text."""
        return tuple(name for name, types in self.objects.items() if self.is_a(types, wanted))
