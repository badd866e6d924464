"""Whether a step fits its task, whatever the state."""

from planners.execution.world import World
from planners.plan import Step
from planners.verdict import StepFlaw, UnknownAction, UnknownObject, WrongArguments, WrongType


def misfit(world: World, index: int, step: Step) -> StepFlaw | None:
    """Say what is wrong with the names, arity or types of a step, if anything is.

    Args:
        world: Where actions, objects and types are.
        index: Of the step in its plan.
        step: The step.
    """
    task = world.task
    action = task.actions.get(step.action) or task.durative_actions.get(step.action)
    if action is None:
        known = (*task.actions, *task.durative_actions)
        return UnknownAction(index=index, step=step, known=known)
    if len(step.arguments) != len(action.parameters):
        return WrongArguments(index=index, step=step, expected=len(action.parameters))
    for name in step.arguments:
        if name not in task.objects:
            return UnknownObject(index=index, step=step, name=name)
    for name, parameter in zip(step.arguments, action.parameters, strict=True):
        found = task.objects[name]
        if not world.hierarchy.object_fits(found, parameter.types):
            return WrongType(
                index=index,
                step=step,
                name=name,
                parameter=parameter.name,
                expected=parameter.types,
                found=found,
            )
    return None
