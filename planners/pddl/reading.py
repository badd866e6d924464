"""From the two texts of a task to its lifted model."""

from planners.pddl.cache import TaskCache
from planners.pddl.domain import read_domain
from planners.pddl.model import LiftedTask
from planners.pddl.notes import Notes
from planners.pddl.problem import read_problem
from planners.pddl.tokens import Source
from planners.task import Task


def read_task_anew(task: Task) -> LiftedTask:
    """Read a task, whether it was read before or not. See `read_task`."""
    notes = Notes()
    domain = read_domain(Source("domain", task.domain), notes)
    return read_problem(Source("problem", task.problem), domain, notes)


_cached = TaskCache(read_task_anew)


def read_task(task: Task) -> LiftedTask:
    """Read a task, or return what it was read as before.

    Args:
        task: Domain and problem in PDDL.

    Returns:
        The lifted model, with warnings about what was odd.

    Raises:
        TaskSyntaxError: if a text is not well formed.
        TaskSemanticError: if the texts make no task.
        UnsupportedTask: if they use a part of PDDL that is refused.
        TaskTooLarge: if they are past a bound.
    """
    return _cached(task)
