"""The lifted model of a task: what its PDDL says, with nothing grounded.

All names are lower case. Everything here is a plain value: it compares, pickles and is
never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from planners.condition import Literal
from planners.pddl.formula import OBJECT, Atom, Expression, Formula, FunctionTerm, Parameter


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
class NumericEffect:
    """A change of a number. The amount is computed in the state before the step.

    Attributes:
        operator: `increase`, `decrease`, `assign`, `scale-up` or `scale-down`.
        function: What changes.
        amount: By how much, or to what.
    """

    operator: str
    function: FunctionTerm
    amount: Expression


Effect: TypeAlias = AtomEffect | AndEffect | ForallEffect | When | NumericEffect


@dataclass(frozen=True, slots=True)
class Axiom:
    """A rule for a derived predicate: it holds of the parameters where the body does.

    Several rules may derive one predicate. What no rule derives does not hold.
    """

    predicate: str
    parameters: tuple[Parameter, ...]
    body: Formula


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A condition on all the states that a plan passes through, the first one included.

    Attributes:
        kind: `at-end`, `always`, `sometime`, `at-most-once`, `sometime-after`,
            `sometime-before`, `within`, `always-within`, `hold-during` or `hold-after`.
        formulas: Two for `sometime-after`, `sometime-before` and `always-within`; else one.
        times: One for `within`, `always-within` and `hold-after`, two for `hold-during`.
        parameters: Variables of quantifiers around it: it is meant for all objects of
            their types.
    """

    kind: str
    formulas: tuple[Formula, ...]
    times: tuple[Fraction, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """A condition that a plan should meet and need not. A goal is of the kind `at-end`.

    Each instance of the parameters of its condition counts as one when it is violated.

    Attributes:
        name: Names may be shared, and are then counted together; never empty.
        condition: What should hold.
    """

    name: str
    condition: Trajectory


@dataclass(frozen=True, slots=True)
class StepPreference:
    """A condition that should hold for each step of an action, counted step by step.

    Attributes:
        phase: `start`, `over all` or `end` of a durative action; None: before the step.
    """

    name: str
    condition: Formula
    parameters: tuple[Parameter, ...] = ()
    phase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSchema:
    """An action with variables.

    Attributes:
        name: Its name in the domain.
        parameters: In the order in which steps give their arguments.
        precondition: `And()` where none was written.
        effect: `AndEffect()` where none was written.
        preferences: Written among the preconditions, and no part of them.
    """

    name: str
    parameters: tuple[Parameter, ...]
    precondition: Formula
    effect: Effect
    preferences: tuple[StepPreference, ...] = ()


@dataclass(frozen=True, slots=True)
class DurationBound:
    """A bound on `?duration`.

    Attributes:
        operator: `=`, `<=` or `>=`: the duration stands on its left.
        value: The bound.
        at_end: Whether the value is computed in the state before the end, not the start.
    """

    operator: str
    value: Expression
    at_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DurativeSchema:
    """A durative action with variables.

    Attributes:
        name: Its name in the domain; no action shares it.
        parameters: In the order in which steps give their arguments.
        bounds: All of them bound its duration; none where any will do.
        at_start: What has to hold just before the start.
        over_all: What has to hold between start and end, both excluded.
        at_end: What has to hold just before the end.
        start_effect: What changes at the start.
        end_effect: What changes at the end.
        preferences: Written among the conditions, and no part of them.
    """

    name: str
    parameters: tuple[Parameter, ...]
    bounds: tuple[DurationBound, ...]
    at_start: Formula
    over_all: Formula
    at_end: Formula
    start_effect: Effect
    end_effect: Effect
    preferences: tuple[StepPreference, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedEffect:
    """What changes at a stated time, whatever the plan does.

    Attributes:
        time: In the unit of the plan's time stamps; above 0.
        effect: A literal, or an `assign` of a number.
    """

    time: Fraction
    effect: AtomEffect | NumericEffect


@dataclass(frozen=True, slots=True)
class Metric:
    """What makes one valid plan better than another.

    Attributes:
        expression: Its value behind the last step is the cost of the plan.
        maximize: Whether more is better.
    """

    expression: Expression
    maximize: bool = False


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
        axioms: The rules of derived predicates, in the order of the text; stratified.
        actions: Each action schema by its name, in the order of the text.
        durative_actions: Each durative action by its name, in the order of the text.
        init: The atoms that hold at first. All positive, `=` and derived ones not among them.
        init_values: The values that functions have at first.
        timed: What changes at stated times, in order of time.
        goal: What must hold behind the last step.
        constraints: What the states passed through must meet, of domain and problem.
        preferences: What should be met, of domain and problem.
        metric: What makes a plan good, or None: then the number of steps.
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
    axioms: tuple[Axiom, ...] = ()
    actions: Mapping[str, ActionSchema]
    durative_actions: Mapping[str, DurativeSchema] = field(default_factory=dict)
    init: frozenset[Literal]
    init_values: Mapping[FunctionTerm, Fraction] = field(default_factory=dict)
    timed: tuple[TimedEffect, ...] = ()
    goal: Formula
    constraints: tuple[Trajectory, ...] = ()
    preferences: tuple[Preference, ...] = ()
    metric: Metric | None = None
    warnings: tuple[TaskWarning, ...] = field(default=(), compare=False)

    @property
    def temporal(self) -> bool:
        """Whether plans are judged by their time stamps."""
        return bool(self.durative_actions or self.timed)

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
