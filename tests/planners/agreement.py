"""What it means that a verdict and the finding of the naive interpreter are the same."""

from planners import Invalid, Literal, Plan, Valid, Verdict, read_plan, verify
from planners.condition import Compound, Condition, Inequality
from planners.pddl.model import LiftedTask
from planners.pddl.writing import write_task
from planners.verdict import (
    ConflictingEffects,
    DivisionByZero,
    Flaw,
    Interference,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    ViolatedConstraint,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)
from tests.planners.naive.arithmetic import Values
from tests.planners.naive.finding import Finding
from tests.planners.naive.judge import judge

KINDS = {
    UnknownAction: "action",
    UnknownObject: "object",
    WrongArguments: "arguments",
    WrongType: "type",
    WrongDuration: "duration",
    WrongTime: "time",
    UnsatisfiedPrecondition: "precondition",
    UndefinedValue: "undefined",
    DivisionByZero: "division",
    ConflictingEffects: "conflict",
    Interference: "interference",
}
MISFITS = {"action", "object", "arguments", "type"}


def assert_agree(task: LiftedTask, plan: Plan) -> Verdict:
    written = write_task(task)
    verdict = verify(written, plan)
    assert_verdict_agrees(task, plan, verdict)
    # What the first time made is found the second time, and from the fourth on by lines of text.
    for _ in range(4):
        assert verify(written, read_plan(str(plan))) == verdict
    return verdict


def assert_verdict_agrees(task: LiftedTask, plan: Plan, verdict: Verdict) -> None:
    finding = judge(task, plan)
    match verdict:
        case Valid():
            assert finding.valid, finding
            assert verdict.cost == finding.cost
            assert verdict.steps == len(plan.steps)
            assert verdict.violated == finding.violated
            assert verdict.makespan == finding.makespan
        case Invalid():
            assert not finding.valid
            assert_same_flaws(verdict, finding, len(plan.steps))
            assert_same_place(verdict, finding)


def assert_same_flaws(verdict: Invalid, finding: Finding, steps: int) -> None:
    flaws = (verdict.flaw, *verdict.also)
    misfits = [flaw for flaw in flaws if KINDS.get(type(flaw)) in finding.misfit_kinds]
    rest = [flaw for flaw in flaws if flaw not in misfits]
    # Each step that does not fit is named once, with one of the reasons, and first.
    assert [flaw.index for flaw in misfits] == sorted(finding.misfits)
    assert all(KINDS[type(flaw)] in finding.misfits[flaw.index] for flaw in misfits)
    assert not misfits or verdict.flaw == misfits[0]
    if finding.stopped:
        assert rest
        for flaw in rest:
            assert flaw_of(flaw) in {(kind, index) for kind, index, _ in finding.stopped}
            if isinstance(flaw, UndefinedValue | ConflictingEffects | Interference):
                assert (KINDS[type(flaw)], flaw.index, flaw.term) in finding.stopped
    elif misfits:
        assert rest == []
    else:
        places = sorted(flaw.index for flaw in rest if isinstance(flaw, ViolatedConstraint))
        assert places == sorted(finding.broken) or not finding.sequential
        assert len(places) == len(finding.broken)
        goals = [flaw.index for flaw in rest if isinstance(flaw, UnsatisfiedGoal)]
        assert goals == ([] if finding.reached else [steps])
        assert len(rest) == len(places) + len(goals)


def flaw_of(flaw: Flaw) -> tuple[str, int]:
    return KINDS.get(type(flaw), "goal"), flaw.index


def assert_same_place(verdict: Invalid, finding: Finding) -> None:
    """Compare where execution stopped, and look at each condition that should not hold there."""
    assert verdict.executed == finding.executed
    assert {(each.predicate, each.arguments) for each in verdict.state} == finding.facts
    assert (verdict.open_goals == ()) is finding.reached
    known = {str(term): value for term, value in finding.values.items()}
    assert dict(verdict.values).items() <= known.items()
    for condition in verdict.open_goals:
        assert_unmet(condition, finding, finding.values)
    for flaw in (verdict.flaw, *verdict.also):
        if isinstance(flaw, UnsatisfiedPrecondition | UnsatisfiedGoal):
            assert flaw.unmet
            for condition in flaw.unmet if finding.sequential else ():
                assert_unmet(condition, finding, finding.values)


def assert_unmet(condition: Condition, finding: Finding, values: Values) -> None:
    match condition:
        case Literal("=", (left, right), positive):
            assert (left == right) is not positive
        case Literal(predicate, arguments, positive):
            assert ((predicate, arguments) in finding.facts) is not positive
        case Compound(_, nearest):
            for part in nearest:
                assert_unmet(part, finding, values)
        case Inequality(formula, left, right):
            assert_untrue(formula, left, right)


def assert_untrue(formula: str, left: object, right: object) -> None:
    """Check that the values found do not meet the comparison as it is written."""
    if left is None or right is None:
        return
    words = formula.replace("(", " ( ").split()
    negated = words[1] == "not"
    operator = words[3] if negated else words[1]
    found = {
        "<": left < right,
        "<=": left <= right,
        "=": left == right,
        ">=": left >= right,
        ">": left > right,
    }[operator]
    assert found is negated
