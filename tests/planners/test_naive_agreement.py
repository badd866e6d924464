"""The verifier against the naive interpreter, on random tasks and plans."""

import pickle
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import (
    Compound,
    Invalid,
    Literal,
    Plan,
    Step,
    UndefinedValue,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    verify,
)
from planners.pddl import read_task
from planners.pddl.model import LiftedTask
from planners.pddl.writing import write_task
from planners.verdict import Condition
from tests.planners.naive import Finding, Interpreter
from tests.planners.random_tasks import plans, tasks

# What is drawn is a whole task, so a single draw may be slow without being wrong.
TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=25, deadline=None, suppress_health_check=TOLERANT)
thorough = settings(max_examples=3_000, deadline=None, suppress_health_check=TOLERANT)


def assert_agree(task: LiftedTask, plan: Plan) -> None:
    finding = Interpreter(task).judge(plan)
    verdict = verify(write_task(task), plan)
    if finding.valid:
        assert verdict == Valid(cost=finding.cost, steps=len(plan.steps))
        return
    assert isinstance(verdict, Invalid)
    assert verdict.executed == finding.executed
    assert {(literal.predicate, literal.arguments) for literal in verdict.state} == finding.state
    assert (verdict.open_goals == ()) is finding.reached
    assert flaws_of(verdict) == expected_flaws(finding, len(plan.steps))
    assert verdict.flaw.index == min([*finding.misfits, finding.executed][:1])
    for condition in (*verdict.open_goals, *unmet_of(verdict)):
        assert_unmet(condition, finding)


def flaws_of(verdict: Invalid) -> set[tuple[str, int]]:
    kinds = {
        UnsatisfiedPrecondition: "precondition",
        UndefinedValue: "undefined",
        UnsatisfiedGoal: "goal",
    }
    return {(kinds.get(type(flaw), "misfit"), flaw.index) for flaw in (verdict.flaw, *verdict.also)}


def expected_flaws(finding: Finding, steps: int) -> set[tuple[str, int]]:
    flaws = {("misfit", index) for index in finding.misfits}
    if finding.stopped:
        flaws.add((finding.stopped, finding.executed))
    elif not finding.misfits:
        flaws.add(("goal", steps))
    return flaws


def unmet_of(verdict: Invalid) -> tuple[Condition, ...]:
    failed = [
        flaw
        for flaw in (verdict.flaw, *verdict.also)
        if isinstance(flaw, UnsatisfiedPrecondition | UnsatisfiedGoal)
    ]
    assert all(flaw.unmet for flaw in failed)
    return tuple(condition for flaw in failed for condition in flaw.unmet)


def assert_unmet(condition: Condition, finding: Finding) -> None:
    match condition:
        case Literal("=", (left, right), positive):
            assert (left == right) is not positive
        case Literal(predicate, arguments, positive):
            assert ((predicate, arguments) in finding.state) is not positive
        case Compound(_, nearest):
            for part in nearest:
                assert_unmet(part, finding)


def walk(task: LiftedTask, data: st.DataObject, longest: int) -> Plan:
    """Draw a plan whose steps can be executed one after the other."""
    interpreter = Interpreter(task)
    candidates = [
        Step(action=schema.name, arguments=arguments)
        for schema in task.actions.values()
        for arguments in product(*map(interpreter.range_of, schema.parameters))
    ]
    state, steps = interpreter.first_state(), []
    for _ in range(longest):
        applicable = [step for step in candidates if interpreter.applicable(step, state)]
        if not applicable:
            break
        step = data.draw(st.sampled_from(applicable))
        try:
            state, _ = interpreter.after(step, state)
        except LookupError:
            break
        steps.append(step)
    return Plan(steps=tuple(steps))


def assert_walk_and_mutation_agree(task: LiftedTask, data: st.DataObject) -> None:
    plan = walk(task, data, longest=6)
    assert_agree(task, plan)
    steps = list(plan.steps)
    at = data.draw(st.integers(0, max(0, len(steps) - 1)))
    match data.draw(st.sampled_from(("drop", "repeat", "swap", "replace"))):
        case "drop":
            del steps[at : at + 1]
        case "repeat":
            steps[at:at] = steps[at : at + 1]
        case "swap":
            steps[at:] = reversed(steps[at:])
        case "replace":
            steps[at : at + 1] = data.draw(plans(task)).steps
    assert_agree(task, Plan(steps=tuple(steps)))


@brief
@given(tasks(), st.data())
def test_any_plan_gets_the_verdict_of_the_naive_interpreter(task, data):
    assert_agree(task, data.draw(plans(task)))


@brief
@given(tasks(), st.data())
def test_a_walk_and_its_mutation_get_the_verdict_of_the_naive_interpreter(task, data):
    assert_walk_and_mutation_agree(task, data)


@pytest.mark.sweep
@thorough
@given(tasks(), st.data())
def test_many_plans_get_the_verdict_of_the_naive_interpreter(task, data):
    assert_agree(task, data.draw(plans(task)))
    assert_walk_and_mutation_agree(task, data)


@brief
@given(tasks(), st.data())
def test_a_verdict_never_depends_on_plans_judged_before(task, data):
    text = write_task(task)
    first, second = data.draw(plans(task)), data.draw(plans(task))
    alone = verify(text, first)
    verify(text, second)
    assert verify(text, first) == alone


@brief
@given(tasks(), st.data())
def test_verifying_changes_neither_task_nor_plan(task, data):
    text, plan = write_task(task), data.draw(plans(task))
    before = pickle.dumps((read_task(text), plan))
    verify(text, plan)
    assert pickle.dumps((read_task(text), plan)) == before


@brief
@given(tasks())
def test_text_to_model_to_text_to_model_is_stable(task):
    text = write_task(task)
    model = read_task(text)
    assert model == task
    assert write_task(model) == text
