"""Ground actions as PDDL, for editors that show what each step of a plan does."""

import re

from planners.pddl import read_task
from planners.pddl.model import ActionSchema, DurativeSchema, LiftedTask
from planners.pddl.writing import action_text
from planners.pddl.writing_temporal import durative_text
from planners.plan import Plan, Step
from planners.task import Task

# To keep an answer within some megabytes; behind that a step is shown as itself.
MOST_STEPS = 2_000

_VARIABLE = re.compile(r"\?[^\s()]+")
_QUANTIFIED = re.compile(r"\((?:forall|exists) \(((?:[^()]|\([^()]*\))*)\)")


def actions_of(task: Task, plan: Plan) -> list[str]:
    """Write the action of each step, with its objects for parameters.

    Args:
        task: A task that can be read.
        plan: A valid plan for it.

    Raises:
        TaskError: the task cannot be read.
    """
    lifted = read_task(task)
    shown = [_ground(lifted, step) for step in plan.steps[:MOST_STEPS]]
    return [*shown, *map(str, plan.steps[MOST_STEPS:])]


def _ground(task: LiftedTask, step: Step) -> str:
    schema: ActionSchema | DurativeSchema | None = task.actions.get(
        step.action
    ) or task.durative_actions.get(step.action)
    if schema is None:
        return str(step)
    lifted = action_text(schema) if isinstance(schema, ActionSchema) else durative_text(schema)
    names = (parameter.name for parameter in schema.parameters)
    binding = dict(zip(names, step.arguments, strict=False))
    # A variable of a quantifier may hide a parameter; such a name stays as it is.
    for declared in _QUANTIFIED.findall(lifted):
        for name in _VARIABLE.findall(declared):
            binding.pop(name, None)
    return _VARIABLE.sub(lambda found: binding.get(found[0], found[0]), lifted)
