"""The reader and the verifier as `check.py` of the PlanBench data calls them.

From the root of the checkout, with the data in ../shared/data/planbench:

    .venv/bin/python ../shared/data/planbench/check.py --data ../shared/data/planbench \\
        --path tests/app/reading --nl --show 30 \\
        --verify planbench_adapter:verify --extract planbench_adapter:extract

The natural-language prompts of PlanBench name objects in ways that the PDDL does not tell;
`aliases` writes down those ways, which the caller of a reader would pass.
"""

from functools import lru_cache

import planners
from app.modulo.attempt import Reading
from app.reading import Lexicon, read_answer
from planners import Plan, Step, Task, Valid
from planners.pddl import read_task

COLOURS = {
    "red": "a",
    "blue": "b",
    "orange": "c",
    "yellow": "d",
    "white": "e",
    "magenta": "f",
    "black": "g",
    "cyan": "h",
    "green": "i",
    "violet": "j",
    "silver": "k",
    "gold": "l",
}
LOGISTICS = {"p": "package", "t": "truck", "a": "airplane", "l": "location", "c": "city"}
# The symbols of `random_blocksworld`, whose recorded plans are mapped back to blocksworld.
SYMBOLS = {
    "1jpkithdyjmlikck": "pick-up",
    "9big8ruzarkkquyu": "put-down",
    "2ijg9q8swj2shjel": "stack",
    "xptxjrdkbi3pqsqr": "unstack",
}


def aliases(domain: str, objects: frozenset[str]) -> dict[str, str]:
    """Give the words by which PlanBench's prompts name the objects of a task."""
    if "logistics" in domain and "obfuscated" not in domain:
        return {
            f"{LOGISTICS[name[0]]}_{name[1:].replace('-', '_')}": name
            for name in objects
            if name[:1] in LOGISTICS
        }
    numbered = {f"object_{name[1:]}": name for name in objects if name[1:].isdecimal()}
    lettered = {f"object {name}": name for name in objects if len(name) == 1}
    coloured = {f"{colour} block": name for colour, name in COLOURS.items() if name in objects}
    return numbered | lettered | coloured


@lru_cache(maxsize=512)
def lexicon(domain: str, problem: str) -> Lexicon:
    """Make the lexicon of a task as PlanBench words it."""
    task = read_task(Task(domain=domain, problem=problem))
    return Lexicon(
        actions={name: len(schema.parameters) for name, schema in task.actions.items()},
        objects=task.objects,
        predicates=task.predicates,
        aliases=aliases(task.domain_name, frozenset(task.objects)),
        phrases=SYMBOLS if "unstack" in task.actions else {},
    )


def read(raw: str, domain: str, problem: str) -> Reading:
    """Read a recorded answer."""
    return read_answer(raw, lexicon(domain, problem))


def extract(raw: str, domain: str, problem: str) -> list[str] | None:
    """Read the plan of a recorded answer, as a list of ground actions."""
    plan = read(raw, domain, problem).plan
    return None if plan is None else [str(step) for step in plan.steps]


def judge(plan: Plan, domain: str, problem: str) -> bool:
    """Say whether a plan solves a task."""
    return isinstance(planners.verify(Task(domain=domain, problem=problem), plan), Valid)


def verify(domain: str, problem: str, plan: str) -> bool:
    """Say whether a plan in the IPC format solves a task.

    Steps are taken apart here and not read strictly: recorded extractions hold odd names.
    """
    written = (line.strip("() ").split() for line in plan.split("\n"))
    steps = (Step(action=each[0], arguments=tuple(each[1:])) for each in written if each)
    return judge(Plan(steps=tuple(steps)), domain, problem)
