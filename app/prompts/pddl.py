"""A task in PDDL as it goes into a prompt: as written, without what is no part of it.

Comments are left out, because they may say anything; names are lower case, as in plans and
in what is said of them.
"""

from planners.pddl.tokens import lines_of
from planners.task import Task

MOST_INDENTATION = 24


def domain_as_pddl(task: Task) -> str:
    """Give the domain's text."""
    return tidied(task.domain)


def problem_as_pddl(task: Task) -> str:
    """Give the problem's text."""
    return tidied(task.problem)


def tidied(text: str) -> str:
    """Drop comments and needless white space, keep lines and indentation, lower the case."""
    lines = (_tidied_line(line) for line in lines_of(text.removeprefix("\ufeff")))
    return "\n".join(line for line in lines if line)


def _tidied_line(line: str) -> str:
    code = line.partition(";")[0].lower()
    words = " ".join(code.split())
    if not words:
        return ""
    indentation = len(code) - len(code.lstrip())
    return " " * min(indentation, MOST_INDENTATION) + words
