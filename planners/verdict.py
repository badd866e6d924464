"""What is true of a plan: `Valid`, or `Invalid` with its flaws.

`Valid` values are made in `planners.verifier` and nowhere else (an architecture test
watches), so holding one is proof that the plan was executed and reaches the goal.
"""

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


Condition = Literal | Compound


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAction:
    """The domain has no action of that name."""

    index: int
    step: Step
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownObject:
    """The task has no object of that name."""

    index: int
    step: Step
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongArguments:
    """The step has too few or too many arguments.

    Attributes:
        expected: How many the action schema takes.
    """

    index: int
    step: Step
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongType:
    """An argument is not of the type that the schema asks for.

    Attributes:
        name: The object.
        parameter: The variable it stands for, such as `?from`.
        expected: Types asked for, one of which would do.
        found: Types that the object was declared with.
    """

    index: int
    step: Step
    name: str
    parameter: str
    expected: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsatisfiedPrecondition:
    """The step is not applicable where it stands.

    Attributes:
        unmet: The conditions that do not hold there, ground.
    """

    index: int
    step: Step
    unmet: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndefinedValue:
    """The step's effect needs the value of a function that has none.

    Attributes:
        term: The ground function term, such as `(distance a b)`.
    """

    index: int
    step: Step
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsatisfiedGoal:
    """Every step was executed, and the goal does not hold at the end.

    Attributes:
        index: The number of steps, as the goal stands behind the last one.
        unmet: The parts of the goal that do not hold, ground.
    """

    index: int
    unmet: tuple[Condition, ...]


StepFlaw = (
    UnknownAction
    | UnknownObject
    | WrongArguments
    | WrongType
    | UnsatisfiedPrecondition
    | UndefinedValue
)
Flaw = StepFlaw | UnsatisfiedGoal


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """Proof that a plan solves a task. Made by the verifier alone.

    Attributes:
        cost: The value of the metric; without one, the number of steps.
        steps: How many steps were executed.
    """

    cost: Fraction
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A plan that does not solve its task, and why.

    Names, arities and types are checked over the whole plan before the first step is
    executed, so `flaw` may stand behind a step that cannot be executed; that one is then
    in `also`.

    Attributes:
        flaw: The first thing wrong. `index` counts from 0.
        also: Further flaws found by the same reading, in order of their steps.
        executed: How many steps could be executed before the first that could not.
        state: The atoms that hold there, sorted.
        open_goals: The parts of the goal that do not hold there, ground.
    """

    flaw: Flaw
    also: tuple[Flaw, ...] = ()
    executed: int
    state: tuple[Literal, ...]
    open_goals: tuple[Condition, ...]


Verdict = Valid | Invalid
