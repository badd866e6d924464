"""VAL, the reference validator, where its program `Validate` is installed.

Only one plan for each process, never with `-c` or `-e`, and only its words count: its exit
code is 0 too where it could read nothing (see `docs/decisions/0007-killable-processes.md`).
"""

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

from planners.errors import BoundReached
from planners.plan import Plan, decimal
from planners.pool import Limits
from planners.process import Ended, run, workplace
from planners.task import Task
from planners.validators.finding import Finding

NAME = "VAL"
PROGRAMS = ("Validate", "validate")


def installed() -> Path | None:
    """Find its program on the path."""
    found = (shutil.which(name) for name in PROGRAMS)
    return next((Path(path).resolve() for path in found if path), None)


def version_of(program: Path) -> str:
    """Tell one build of it from another: it names no version of itself."""
    return hashlib.sha256(program.read_bytes()).hexdigest()[:12]


async def judge(
    program: Path, task: Task, plan: Plan, *, tolerance: Fraction, limits: Limits
) -> Finding:
    """Have VAL judge a plan.

    Args:
        program: Its `Validate`.
        task: The task.
        plan: The plan.
        tolerance: By how much instants have to differ to be two, in the plan's unit of time.
        limits: Of its process.
    """
    texts = {"domain.pddl": task.domain, "problem.pddl": task.problem, "plan": str(plan)}
    arguments = ("-t", decimal(tolerance), *texts)
    try:
        async with workplace(texts) as folder:
            ended = await run(program, *arguments, folder=folder, limits=limits)
    except (BoundReached, OSError) as problem:
        return Finding(valid=None, reason=str(problem))
    return found_in(ended)


def found_in(ended: Ended) -> Finding:
    """Read what VAL has said; only whole lines of its own count, and only all together."""
    lines = {line.strip() for line in ended.output.splitlines()}
    failed = any(line.startswith("Failed plans:") for line in lines)
    asked = any(line.startswith("Queries") for line in lines)
    if not asked and "Bad plan description!" not in lines:
        if "Plan valid" in lines and ended.code == 0 and not failed:
            return Finding(valid=True)
        if "Plan valid" not in lines and ended.code == 1 and failed:
            if "Plan failed to execute" in lines:
                return Finding(valid=False, reason="the plan cannot be executed")
            if {"Goal not satisfied", "Plan invalid"} <= lines:
                return Finding(valid=False, reason="the goal does not hold at the end")
    return Finding(
        valid=None, reason=f"it gives no verdict that could be relied on ({ended.ending})"
    )
