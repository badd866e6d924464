"""The verifier against the naive interpreter, on random tasks and plans of each level."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import Invalid, Valid, verify
from planners.pddl import read_task
from planners.pddl.writing import write_task
from tests.planners.agreement import assert_agree
from tests.planners.random_plans import crowds, mutants, plans, walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import (
    CLASSICAL,
    CONSTRAINED,
    DERIVED,
    EVERYTHING,
    EVERYTHING_TIMED,
    NUMERIC,
    TEMPORAL,
    Level,
)
from tests.planners.twins import Twin

# What is drawn is a whole task, so a single draw may be slow without being wrong.
TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=5, deadline=None, suppress_health_check=TOLERANT)
thorough = settings(max_examples=100, deadline=None, suppress_health_check=TOLERANT)

# Of each level whether plans have time stamps.
LEVELS = {
    "classical": (CLASSICAL, False),
    "numeric": (NUMERIC, False),
    "derived": (DERIVED, False),
    "constraints": (CONSTRAINED, False),
    "everything": (EVERYTHING, False),
    "parallel": (CLASSICAL, True),
    "parallel numbers": (NUMERIC, True),
    "parallel everything": (EVERYTHING, True),
    "temporal": (TEMPORAL, True),
    "temporal everything": (EVERYTHING_TIMED, True),
}
WIDEST = ("everything", "parallel everything", "temporal everything")
each_level = pytest.mark.parametrize("level", LEVELS)
widest_levels = pytest.mark.parametrize("level", WIDEST)


def assert_plans_agree(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, stamped = level
    task = data.draw(tasks(language))
    assert_agree(task, data.draw(plans(task, stamped=stamped)))
    if stamped:
        assert_agree(task, data.draw(crowds(task)))
    walk = data.draw(walks(task, stamped=stamped))
    assert_agree(task, walk)
    assert_agree(task, data.draw(mutants(task, walk)))


def assert_twins_agree(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, stamped = level
    task = data.draw(tasks(language))
    plan = data.draw(walks(task, stamped=stamped))
    if data.draw(st.booleans()):
        plan = data.draw(mutants(task, plan))
    twin = Twin(task, data.draw(st.integers(0, 1_000)))
    own = verify(write_task(task), plan)
    other = verify(write_task(twin.task(task)), twin.plan(plan))
    if isinstance(own, Valid):
        assert isinstance(other, Valid)
        violated = sorted((twin.name(name), count) for name, count in own.violated)
        assert (other.cost, other.makespan) == (own.cost, own.makespan)
        assert other.violated == tuple(violated)
    else:
        assert isinstance(other, Invalid)
        assert type(other.flaw) is type(own.flaw)
        assert other.flaw.index == own.flaw.index
        assert other.executed == own.executed
        assert set(other.state) == set(map(twin.literal, own.state))


def assert_independent(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, stamped = level
    task = data.draw(tasks(language))
    text = write_task(task)
    first, second, third = (data.draw(plans(task, stamped=stamped)) for _ in range(3))
    alone = verify(text, first)
    # Another name makes another task of it, for which nothing is kept.
    fresh = write_task(replace(task, problem_name="again"))
    assert verify(fresh, second) == verify(text, second)
    assert verify(fresh, third) == verify(text, third)
    assert verify(text, first) == verify(fresh, first) == alone


def assert_unchanged(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, stamped = level
    task = data.draw(tasks(language))
    text, plan = write_task(task), data.draw(plans(task, stamped=stamped))
    model = read_task(text)
    before = pickle.dumps((text, model, plan))
    verify(text, plan)
    assert read_task(text) is model
    assert pickle.loads(before) == (text, model, plan)


def assert_stable(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, _ = level
    task = data.draw(tasks(language))
    model = read_task(write_task(task))
    # A preference in a precondition makes a conjunction of whatever stands beside it.
    assert model == task or language.preferences
    text = write_task(model)
    assert read_task(text) == model
    assert write_task(read_task(text)) == text


@each_level
@brief
@given(data=st.data())
def test_plans_walks_and_mutants_get_the_verdict_of_the_naive_interpreter(level, data):
    assert_plans_agree(LEVELS[level], data)


@widest_levels
@brief
@given(data=st.data())
def test_a_twin_under_other_names_and_in_another_order_gets_an_equal_verdict(level, data):
    assert_twins_agree(LEVELS[level], data)


@widest_levels
@brief
@given(data=st.data())
def test_a_verdict_never_depends_on_plans_judged_before(level, data):
    assert_independent(LEVELS[level], data)


@widest_levels
@brief
@given(data=st.data())
def test_verifying_changes_neither_task_nor_plan(level, data):
    assert_unchanged(LEVELS[level], data)


@widest_levels
@brief
@given(data=st.data())
def test_text_to_model_to_text_to_model_is_stable(level, data):
    assert_stable(LEVELS[level], data)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "check",
    [assert_plans_agree, assert_twins_agree, assert_independent, assert_unchanged, assert_stable],
)
@each_level
@thorough
@given(data=st.data())
def test_of_each_level_many_plans_and_tasks_keep_all_this(level, check, data):
    check(LEVELS[level], data)
