"""Pyperplan: a planner of a few pages of Python, for STRIPS with types. Small tasks.

It is run and never imported: its licence is the GPL.

Source:
    Alkhazraji et al. 2020, Pyperplan (https://doi.org/10.5281/zenodo.3700819).
"""

import re
import sys
from pathlib import Path

from planners.engines.engine import PlanFound, ProvenUnsolvable, Purpose, Result
from planners.engines.features import Feature
from planners.engines.installed import file_in
from planners.engines.program import DOMAIN, PROBLEM, Answer, Call, Command, Program

SEARCHES = {
    Purpose.PLAN: ("gbf", "hff"),
    Purpose.OPTIMAL: ("astar", "lmcut"),
    Purpose.PROOF: ("gbf", "hff"),
}
# It says so where it has tried all there is, and nowhere else: "No solution could be found"
# stands behind it, and says less.
EXHAUSTED = "No operators left. Task unsolvable."

_EXPANDED = re.compile(r" (\d+) Nodes expanded$", re.MULTILINE)


def result(answer: Answer) -> Result:
    """Read whether it has come to its end, and the plan."""
    plans = answer.plans(f"{PROBLEM}.soln")
    if answer.code == 0 and plans:
        return PlanFound(plans=plans, optimal=answer.call.order.purpose is Purpose.OPTIMAL)
    if answer.code == 0 and EXHAUSTED in answer.output:
        return ProvenUnsolvable()
    return answer.failed()


def steps(output: str) -> int | None:
    """Read how many states it has expanded."""
    found = _EXPANDED.search(output)
    return int(found[1]) if found else None


def _command(call: Call) -> Command:
    search, heuristic = SEARCHES[call.order.purpose]
    return Command(
        program=Path(sys.executable),
        arguments=("-m", "pyperplan", "-s", search, "-H", heuristic, DOMAIN, PROBLEM),
    )


def _place() -> Path | None:
    return file_in("pyperplan", "__main__.py")


PYPERPLAN = Program(
    name="pyperplan",
    summary="a small planner in Python, installed by default; for small STRIPS tasks",
    licence="GPL-3.0-or-later",
    source='pip install "modulo-planning"',
    purposes=frozenset(SEARCHES),
    features=frozenset({Feature.TYPES, Feature.EITHER}),
    distribution="pyperplan",
    place=_place,
    command=_command,
    result=result,
    steps=steps,
)
