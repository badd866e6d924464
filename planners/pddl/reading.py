"""From the two texts of a task to its lifted model."""

from planners.pddl.cache import TaskCache, TextCache
from planners.pddl.domain import Domain, read_domain
from planners.pddl.model import LiftedTask
from planners.pddl.notes import Notes
from planners.pddl.problem import read_problem
from planners.pddl.tokens import Source
from planners.task import Task


def read_task_anew(task: Task) -> LiftedTask:
    """Read a task, whether it or its domain was read before or not. See `read_task`."""
    return _read(task, _read_domain(task.domain))


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
    return _tasks(task)


def _read_domain(text: str) -> tuple[Domain, Notes]:
    notes = Notes()
    return read_domain(Source("domain", text), notes), notes


def _read(task: Task, read: tuple[Domain, Notes]) -> LiftedTask:
    domain, notes = read
    # What the domain has to say is said of each of its problems, behind it what they have.
    return read_problem(Source("problem", task.problem), domain, notes.copy())


# A domain comes with many problems, and is the longer text of the two.
_domains = TextCache(_read_domain, max_kept=64, max_characters=1_048_576)
_tasks = TaskCache(lambda task: _read(task, _domains(task.domain)))
