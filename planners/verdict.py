"""What is true of a plan: `Valid`, or `Invalid` with its flaws.

`Valid` values are made in `planners.verifier` and nowhere else (an architecture test
watches), so holding one is proof that the plan was executed and reaches the goal.
"""

from dataclasses import dataclass
from fractions import Fraction

from planners.condition import Cause, Condition, Inequality, Literal
from planners.plan import Step


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
        causes: Of each literal among them, why it does not hold.
        time: When they had to hold, in a temporal plan; else None.
        phase: `start`, `over all` or `end` of a durative action; else None.
    """

    index: int
    step: Step
    unmet: tuple[Condition, ...]
    causes: tuple[Cause, ...] = ()
    time: Fraction | None = None
    phase: str | None = None


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
class DivisionByZero:
    """The step's effect divides by zero.

    Attributes:
        term: The ground expression, such as `(/ (load t) (size t))`.
    """

    index: int
    step: Step
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingEffects:
    """Effects of one step assign to a number and change it otherwise, too.

    Attributes:
        term: The ground function term, such as `(fuel t1)`.
    """

    index: int
    step: Step
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongDuration:
    """The step takes another time than its action may, or the plan gives none.

    Attributes:
        found: The duration in the plan, or None where none stands there.
        expected: The bounds that are not kept, ground, such as `(= ?duration 5)`; empty
            where a step that takes no time is given a duration.
    """

    index: int
    step: Step
    found: Fraction | None
    expected: tuple[Inequality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTime:
    """The step stands at no time at which it can be executed.

    Attributes:
        reason: What is wrong, such as that a temporal plan gives no time stamp.
    """

    index: int
    step: Step
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interference:
    """Two steps at one instant touch the same fact or number (PDDL 2.1, mutex).

    Attributes:
        other: Index of the other step, which stands earlier in the plan.
        other_step: That step.
        term: The ground atom or function term, such as `(holding a)`.
        time: The instant.
    """

    index: int
    step: Step
    other: int
    other_step: Step
    term: str
    time: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsatisfiedGoal:
    """Every step was executed, and the goal does not hold at the end.

    Attributes:
        index: The number of steps, as the goal stands behind the last one.
        unmet: The parts of the goal that do not hold, ground.
        causes: Of each literal among them, why it does not hold.
    """

    index: int
    unmet: tuple[Condition, ...]
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolatedConstraint:
    """Every step was executed, and the states passed through break a constraint.

    Attributes:
        index: Index of the step behind which it was clear; the number of steps where
            that is only clear at the end, and -1 where the initial state breaks it.
        constraint: The ground constraint, such as `(always (clear a))`.
        time: When that was, in a temporal plan; else None.
    """

    index: int
    constraint: str
    time: Fraction | None = None


StepFlaw = (
    UnknownAction
    | UnknownObject
    | WrongArguments
    | WrongType
    | UnsatisfiedPrecondition
    | UndefinedValue
    | DivisionByZero
    | ConflictingEffects
    | WrongDuration
    | WrongTime
    | Interference
)
PlanFlaw = UnsatisfiedGoal | ViolatedConstraint
Flaw = StepFlaw | PlanFlaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """Proof that a plan solves a task. Made by the verifier alone.

    Attributes:
        cost: The value of the metric; without one, the number of steps. None where the
            metric has no value, as when it divides by zero.
        steps: How many steps were executed.
        makespan: When the last step ends, in a temporal plan; else None.
        violated: Each preference that is violated, with how often, sorted by name.
        tolerance: In a plan judged by its time stamps, by how much durations may miss their
            bounds; what interferes is more than a tenth of it apart. Else None.
    """

    cost: Fraction | None
    steps: int
    makespan: Fraction | None = None
    violated: tuple[tuple[str, int], ...] = ()
    tolerance: Fraction | None = None


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
        state: The atoms that hold there, sorted; derived ones are among them.
        values: The numbers that steps change, as they are there, sorted by term.
        open_goals: The parts of the goal that do not hold there, ground.
    """

    flaw: Flaw
    also: tuple[Flaw, ...] = ()
    executed: int
    state: tuple[Literal, ...]
    values: tuple[tuple[str, Fraction], ...] = ()
    open_goals: tuple[Condition, ...]


Verdict = Valid | Invalid
