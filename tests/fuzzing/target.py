"""What the fuzzer does with a case, and what counts as a defect.

Out of reader and verifier may come a verdict or a `PlanningError`, and nothing else. What
was read can be written and read again, the second verdict on a plan is the first, and a
verdict is the one of the naive interpreter where that is not too slow to ask.
"""

import re

from planners import (
    BoundReached,
    Invalid,
    Plan,
    PlanningError,
    Task,
    TaskError,
    TaskTooLarge,
    Valid,
    Verdict,
    read_plan,
    verify,
)
from planners.effort import effort
from planners.pddl import read_task
from planners.pddl.lint import Severity, lint
from planners.pddl.model import LiftedTask
from planners.pddl.writing import write_task
from tests.fuzzing.cases import Case
from tests.planners.naive.judge import judge

REFUSED = "refused"
MOST_STEPS = 12
MOST_EFFORT = 20_000

_NAMES = re.compile(r"`[^`]*`|'[^']*'|\d+")


class Defect(AssertionError):
    """Something that must not happen did."""


def run(case: Case) -> str:
    """Read and judge a case.

    Returns:
        In short what came of it, names and numbers left out; `refused` first where there was
        no verdict.

    Raises:
        Defect: what came of it contradicts itself or the naive interpreter.
        Exception: any error but one in reading the texts given, or a bound, is a defect, too.
    """
    task = Task(domain=case.domain, problem=case.problem)
    try:
        plan = read_plan(case.plan)
    except PlanningError as problem:
        plan, plan_outcome = Plan(steps=()), outline(problem)
    else:
        plan_outcome = "plan"
        check_writing_of_plan(plan)
    findings = lint(case.domain, case.problem)
    try:
        model = read_task(task)
    except TaskError as problem:
        if [each.severity for each in findings] != [Severity.ERROR]:
            raise Defect("lint finds no error in what cannot be read") from problem
        return f"{REFUSED}: {outline(problem)}; {plan_outcome}"
    if any(each.severity == Severity.ERROR for each in findings):
        raise Defect("lint finds an error in what can be read")
    check_writing(model)
    try:
        verdict = verify(task, plan)
    except BoundReached as problem:
        return f"{REFUSED}: {outline(problem)}; {plan_outcome}"
    if verify(task, plan) != verdict:
        raise Defect("the second verdict is another one")
    check_naively(task, model, plan, verdict)
    flaw = type(verdict.flaw).__name__ if isinstance(verdict, Invalid) else "Valid"
    return f"judged: {flaw}; {plan_outcome}; {parts_of(model)}"


def check_writing_of_plan(plan: Plan) -> None:
    again = read_plan(str(plan))
    if again != plan:
        raise Defect(f"the plan is written as another one: {again} for {plan}")


def check_writing(model: LiftedTask) -> None:
    text = write_task(model)
    try:
        again = read_task(text)
    except TaskTooLarge:
        # What is written may be longer than what was read.
        return
    if again != model:
        raise Defect("what was read is written as another task")
    if write_task(again) != text:
        raise Defect("the text of the text is another one")


def check_naively(task: Task, model: LiftedTask, plan: Plan, verdict: Verdict) -> None:
    # The naive interpreter takes about a thousand times as long.
    if len(plan.steps) > MOST_STEPS or effort(task, plan) > MOST_EFFORT:
        return
    if judge(model, plan).valid is not isinstance(verdict, Valid):
        raise Defect(f"the naive interpreter does not agree with {verdict}")


def outline(problem: PlanningError) -> str:
    return f"{type(problem).__name__}: {_NAMES.sub('_', str(problem))[:80]}"


def parts_of(model: LiftedTask) -> str:
    """Name the parts of the language that a task uses."""
    parts = {
        "axioms": model.axioms,
        "durative": model.durative_actions,
        "timed": model.timed,
        "constraints": model.constraints,
        "preferences": model.preferences,
        "numbers": model.init_values,
        "metric": model.metric,
    }
    return " ".join(name for name, found in parts.items() if found)
