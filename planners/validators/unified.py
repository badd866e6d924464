"""unified-planning's validators. They are slow, keep state, and are not safe to share.

So `judge` is called in a process of its own (`planners.pool`), one call after another. What
unified-planning cannot read or run, it has no finding on.
"""

import warnings
from collections import OrderedDict
from collections.abc import Hashable
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from planners.pddl import read_task
from planners.plan import Plan
from planners.task import Task
from planners.validators.finding import Finding
from planners.verdict import Invalid, Valid, WrongDuration
from planners.verifier import verify

if TYPE_CHECKING:
    from unified_planning.model import Problem

NAME = "unified-planning"
# How its validator of temporal plans begins when two effects meet.
CONFLICT = "Conflicting effects at time"
MOST_TASKS = 8
MOST_CHARACTERS_OF_A_REASON = 300

_kept: OrderedDict[Hashable, "tuple[Any, Problem]"] = OrderedDict()


def installed() -> str | None:
    """Give the version that is installed, or None."""
    try:
        return version("unified-planning")
    except PackageNotFoundError:
        return None


def judge(task: Task, plan: Plan) -> Finding:
    """Have unified-planning judge a plan.

    Args:
        task: The task.
        plan: The plan.

    Returns:
        What it finds; without a verdict where the task or the plan is none for it, whatever
        it raises on the way.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader, problem = _problem(task)
        except Exception as problem_with_it:
            return _silent("it cannot read the task", problem_with_it)
        try:
            theirs = reader.parse_plan_string(problem, str(plan))
        except Exception as problem_with_it:
            return _silent("it cannot read the plan", problem_with_it)
        try:
            found = _judged(problem, theirs)
        except Exception as problem_with_it:
            return _silent("it broke", problem_with_it)
    if found.valid is False and needs_tolerance(task, plan):
        return Finding(valid=None, reason="it has no tolerance, and a duration is within ours")
    return found


def needs_tolerance(task: Task, plan: Plan) -> bool:
    """Say whether a plan is valid, and would not be if its durations were held to exactly."""
    if not (read_task(task).temporal and isinstance(verify(task, plan), Valid)):
        return False
    exact = verify(task, plan, tolerance=Fraction(0))
    return isinstance(exact, Invalid) and isinstance(exact.flaw, WrongDuration)


def _problem(task: Task) -> "tuple[Any, Problem]":
    from unified_planning.io import PDDLReader  # noqa: PLC0415 (an optional extra)

    found = _kept.get(task)
    if found is None:
        reader = PDDLReader()
        problem = reader.parse_problem_string(task.domain, task.problem)
        # Validity does not hang on what a plan is worth, and some metrics it cannot compute.
        problem.clear_quality_metrics()
        found = _kept[task] = (reader, problem)
        while len(_kept) > MOST_TASKS:
            _kept.popitem(last=False)
    _kept.move_to_end(task)
    return found


def _judged(problem: "Problem", plan: Any) -> Finding:
    from unified_planning.engines.plan_validator import (  # noqa: PLC0415 (as above)
        SequentialPlanValidator,
        TimeTriggeredPlanValidator,
    )

    for validator in (SequentialPlanValidator(), TimeTriggeredPlanValidator()):
        if validator.supports_plan(plan.kind):
            break
    else:
        return Finding(valid=None, reason=f"it cannot judge a plan of the kind {plan.kind.name}")
    if not validator.supports(problem.kind):
        beyond = sorted(problem.kind.features - validator.supported_kind().features)
        return Finding(valid=None, reason=f"it does not support {', '.join(beyond)}")
    result = validator.validate(problem, plan)
    said = " ".join(log.message for log in result.log_messages or ())
    if result.status.name == "VALID":
        return Finding(valid=True)
    reason = said or (result.reason.name if result.reason else "it gives no reason")
    return Finding(valid=False, reason=_short(reason))


def _silent(what: str, problem: Exception) -> Finding:
    return Finding(valid=None, reason=_short(f"{what}: {type(problem).__name__}: {problem}"))


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_CHARACTERS_OF_A_REASON]
