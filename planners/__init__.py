"""The sound half: what it says of a plan is true, and it never talks to a language model."""

from planners.errors import (
    BoundReached,
    PlanningError,
    PlanSyntaxError,
    TaskError,
    TaskSemanticError,
    TaskSyntaxError,
    TaskTooLarge,
    UnsupportedTask,
)
from planners.plan import Plan, Step, read_plan
from planners.task import Task
from planners.verdict import (
    Compound,
    Condition,
    Flaw,
    Invalid,
    Literal,
    StepFlaw,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    Verdict,
    WrongArguments,
    WrongType,
)
from planners.verifier import verify

__all__ = [
    "BoundReached",
    "Compound",
    "Condition",
    "Flaw",
    "Invalid",
    "Literal",
    "Plan",
    "PlanSyntaxError",
    "PlanningError",
    "Step",
    "StepFlaw",
    "Task",
    "TaskError",
    "TaskSemanticError",
    "TaskSyntaxError",
    "TaskTooLarge",
    "UndefinedValue",
    "UnknownAction",
    "UnknownObject",
    "UnsatisfiedGoal",
    "UnsatisfiedPrecondition",
    "UnsupportedTask",
    "Valid",
    "Verdict",
    "WrongArguments",
    "WrongType",
    "read_plan",
    "verify",
]
