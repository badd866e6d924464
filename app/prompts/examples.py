"""Worked examples of a domain: problems with plans that are proven to solve them."""

from dataclasses import dataclass

from planners import verify
from planners.pddl import read_task
from planners.pddl.model import LiftedTask
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A task and a plan that solves it."""

    task: Task
    plan: Plan


class InvalidExample(ValueError):
    """An example's plan does not solve its task; a model must not learn from it.

    Attributes:
        example: The example.
        verdict: What is wrong with its plan.
    """

    def __init__(self, example: Example, verdict: Invalid) -> None:
        super().__init__(example, verdict)
        self.example = example
        self.verdict = verdict

    def __str__(self) -> str:
        name = read_task(self.example.task).problem_name
        return f"the plan of the example {name!r} does not solve it: {self.verdict.flaw}"


def proven(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Give examples back once all of their plans are verified.

    Raises:
        InvalidExample: at the first plan that does not solve its task.
        TaskError: at the first task that cannot be read.
    """
    for example in examples:
        verdict = verify(example.task, example.plan)
        if isinstance(verdict, Invalid):
            raise InvalidExample(example, verdict)
    return examples


def examples_for(task: Task, examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Choose the examples of a task's domain, without the task itself."""
    lifted = read_task(task)
    others = ((example, read_task(example.task)) for example in examples)
    return tuple(
        example
        for example, other in others
        if _domain(other) == _domain(lifted) and _problem(other) != _problem(lifted)
    )


def _domain(lifted: LiftedTask) -> tuple[object, ...]:
    return lifted.actions, lifted.predicates, lifted.types, lifted.functions


def _problem(lifted: LiftedTask) -> tuple[object, ...]:
    return lifted.objects, lifted.init, lifted.init_values, lifted.goal
