"""Relaxed plans reach the goal where nothing is deleted, whatever they need."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import BoundReached, Invalid, Plan, Task, Valid, verify
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.generators import blocksworld, logistics
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Or
from planners.pddl.writing import write_task
from planners.relaxation.relaxed_plan import relaxed_plan
from tests.planners.random_plans import walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import CLASSICAL, DERIVED, NUMERIC, Level
from tests.planners.relaxation.explored import explored
from tests.planners.relaxation.ground_relaxation import goal_atoms, operators, reach

TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=5, deadline=None, suppress_health_check=TOLERANT)
LEVELS = {"classical": CLASSICAL, "numeric": NUMERIC, "derived": DERIVED}

CHAIN = Task(
    domain="""(define (domain chain) (:requirements :adl :derived-predicates)
      (:predicates (next ?x ?y) (seen ?x) (lit ?x) (warm ?x) (path ?x))
      (:derived (path ?x) (or (seen ?x) (exists (?y) (and (next ?y ?x) (path ?y) (lit ?y)))))
      (:action light :parameters (?x) :precondition (path ?x)
        :effect (and (lit ?x) (when (exists (?y) (and (next ?y ?x) (warm ?y))) (warm ?x))))
      (:action heat :parameters (?x) :precondition (and (lit ?x) (seen ?x)) :effect (warm ?x)))""",
    problem="""(define (problem five) (:domain chain) (:objects a b c d)
      (:init (seen a) (next a b) (next b c) (next c d)) (:goal (and (path d) (warm c))))""",
)
SWITCH = Task(
    domain="""(define (domain switch) (:requirements :adl) (:predicates (on) (ready) (done))
      (:action press :parameters () :effect (and (on) (when (ready) (done))))
      (:action load :parameters () :precondition (on) :effect (ready)))""",
    problem="(define (problem machine) (:domain switch) (:init) (:goal (done)))",
)


@st.composite
def generated(draw: st.DrawFn) -> Task:
    seed = draw(st.integers(0, 999))
    if draw(st.booleans()):
        return blocksworld.generate(draw(st.integers(2, 6)), seed, full=draw(st.booleans()))
    return logistics.generate(cities=2, places=2, packages=draw(st.integers(1, 3)), seed=seed).task


@given(task=generated())
@brief
def test_a_relaxed_plan_reaches_the_goal_without_deletes(task: Task) -> None:
    case = explored(task)
    steps = case.plan()
    assert steps is not None
    reached, ground = set(case.prepared.world.start), operators(task)
    for step in steps:
        needs, adds = ground[step]
        assert needs <= reached, step
        reached |= adds
    assert goal_atoms(case.prepared) <= reached
    assert len(set(steps)) == len(steps)


@given(task=generated(), data=st.data())
@brief
def test_a_goal_that_ground_steps_do_not_reach_has_no_relaxed_plan(
    task: Task, data: st.DataObject
) -> None:
    ground = operators(task)
    atoms = sorted(reach(prepare(task).world.start, ground.values()))
    some = data.draw(st.sets(st.sampled_from(atoms), max_size=8))
    case = explored(task, some)
    reached = goal_atoms(case.prepared) <= reach(some, ground.values())
    assert (case.plan() is not None) is reached


def assert_what_was_reached_has_a_plan(level: Level, data: st.DataObject) -> None:
    task = replace(data.draw(tasks(level)), goal=Or(()), constraints=())
    walk = data.draw(walks(task))
    verdict = verify(write_task(task), walk)
    assert isinstance(verdict, Invalid)
    facts = [Atom(fact.predicate, fact.arguments) for fact in verdict.state]
    reached = replace(task, goal=And(tuple(facts)))
    case = explored(write_task(reached))
    assert case.plan() is not None


@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@brief
def test_what_a_walk_has_reached_has_a_relaxed_plan(level: str, data: st.DataObject) -> None:
    assert_what_was_reached_has_a_plan(LEVELS[level], data)


@pytest.mark.sweep
@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@settings(brief, max_examples=60)
def test_what_many_walks_have_reached_has_a_relaxed_plan(level: str, data: st.DataObject) -> None:
    assert_what_was_reached_has_a_plan(LEVELS[level], data)


def test_rules_and_conditional_effects_are_gone_through() -> None:
    steps = explored(CHAIN).plan()
    assert steps is not None
    # Nothing is deleted here, so a relaxed plan is a plan.
    assert isinstance(verify(CHAIN, Plan(steps=steps)), Valid)
    assert [str(step) for step in steps] == ["(light a)", "(heat a)", "(light b)", "(light c)"]


def test_a_step_is_there_twice_where_its_effects_are_needed_at_two_times() -> None:
    steps = explored(SWITCH).plan()
    assert steps is not None
    assert [str(step) for step in steps] == ["(press)", "(load)", "(press)"]
    assert isinstance(verify(SWITCH, Plan(steps=steps)), Valid)


def test_a_goal_that_holds_needs_no_steps() -> None:
    task = blocksworld.generate(4, 1)
    goal = prepare(task).goal(Meter())
    assert goal is not None
    case = explored(task, goal.needs)
    assert case.plan() == ()


def test_a_goal_that_no_state_meets_has_no_relaxed_plan() -> None:
    task = write_task(replace(read_task(blocksworld.generate(3, 1)), goal=Or(())))
    assert explored(task).plan() is None


def test_the_same_relaxed_plan_is_found_each_time() -> None:
    task = blocksworld.generate(8, 5)
    assert explored(task).plan() == explored(task).plan()


def test_looking_for_supporters_is_bounded() -> None:
    case = explored(blocksworld.generate(10, 1))
    with pytest.raises(BoundReached):
        relaxed_plan(case.relaxation, case.explored, case.prepared.goal(Meter()), Meter(20))
