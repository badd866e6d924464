"""A problem of a shipped domain that was put into words, read back."""

import re
from functools import cache

from app.prompts.lexicon import NaturalSpeech
from app.prompts.natural import (
    GOAL_TITLE,
    INIT_TITLE,
    OBJECTS_TITLE,
    domain_in_words,
    problem_in_words,
)
from deploy.loadtest.rules import DOMAINS
from planners.domains import domain_text
from planners.errors import TaskError
from planners.pddl import read_task
from planners.task import Task

_PROBLEM = "(define (problem spoken) (:domain {name}) (:objects {objects}) (:init {init})\n"
_GOAL = " (:goal (and {goal})))\n"


def heard(domain: str, problem: str) -> Task | None:
    """Find the task that these words were made of.

    Args:
        domain: As `app.prompts.natural.domain_in_words` says it.
        problem: As `problem_in_words` does.

    Returns:
        A task that is put into exactly these words, or None where no shipped domain has one.
    """
    for name in DOMAINS:
        try:
            task = _heard(name, problem) if domain == _domain_in_words(name) else None
            if task and problem_in_words(task) == problem:
                return task
        except TaskError:
            continue
    return None


def _heard(name: str, problem: str) -> Task | None:
    lists = _lists(problem)
    if not {OBJECTS_TITLE, INIT_TITLE, GOAL_TITLE} <= lists.keys():
        return None
    objects = " ".join(map(_declared, lists[OBJECTS_TITLE]))
    atoms = _atoms(name)
    init, goal = (" ".join(map(atoms.read, lists[title])) for title in (INIT_TITLE, GOAL_TITLE))
    return _task(name, objects, init, goal)


def _task(name: str, objects: str, init: str, goal: str) -> Task:
    problem = _PROBLEM.format(name=name, objects=objects, init=init) + _GOAL.format(goal=goal)
    return Task(domain=domain_text(name), problem=problem)


@cache
def _domain_in_words(name: str) -> str:
    # Its words are the same in all its tasks.
    return domain_in_words(_task(name, "", "", ""))


@cache
def _atoms(name: str) -> "_Atoms":
    return _Atoms(_task(name, "", "", ""))


def _lists(problem: str) -> dict[str, list[str]]:
    """Take a text apart into its lists, by their titles."""
    found: dict[str, list[str]] = {}
    for part in problem.split("\n\n"):
        title, *lines = part.split("\n")
        found[title] = [line.removeprefix("- ") for line in lines]
    return found


def _declared(line: str) -> str:
    """Declare objects: `of type city: a, b` is `a b - city`."""
    typed, colon, names = line.rpartition(": ")
    types = typed.removeprefix("of type ").split(" and ")
    kind = f" - {types[0]}" if len(types) == 1 else f" - (either {' '.join(types)})"
    return names.replace(",", "") + (kind if colon else "")


class _Atoms:
    """Reads what is said of objects: "a is on b" is `(on a b)`."""

    def __init__(self, task: Task) -> None:
        lifted = read_task(task)
        speech = NaturalSpeech(lifted)
        self._patterns = {}
        for name, parameters in lifted.predicates.items():
            # Names of objects hold no space, and the words around them stay as they are.
            said = speech.atom(name, ("\0",) * len(parameters))
            self._patterns[name] = re.compile(re.escape(said).replace("\0", r"(\S+)"))

    def read(self, line: str) -> str:
        """Read a line; nothing comes of what no predicate says."""
        for name, pattern in self._patterns.items():
            match = pattern.fullmatch(line)
            if match is not None:
                return f"({' '.join((name, *match.groups()))})"
        return ""
