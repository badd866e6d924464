"""Landmarks are what no way to the goal goes round, and all of them are found."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import BoundReached, Invalid, Plan, Task, Valid, verify
from planners.execution.meter import Meter
from planners.execution.prepared import prepare
from planners.generators import logistics
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Or
from planners.pddl.writing import write_task
from planners.relaxation.landmarks import landmarks
from tests.planners.random_plans import walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import CLASSICAL, DERIVED, NUMERIC, Level
from tests.planners.relaxation.explored import explored
from tests.planners.relaxation.ground_relaxation import goal_atoms, operators, reach
from tests.planners.relaxation.test_relaxed_plan import generated

TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=5, deadline=None, suppress_health_check=TOLERANT)
LEVELS = {"classical": CLASSICAL, "numeric": NUMERIC, "derived": DERIVED}

TWO_WAYS = Task(
    domain="""(define (domain ways) (:requirements :adl)
      (:predicates (at ?x) (path ?x ?y) (key) (open))
      (:action go :parameters (?x ?y) :precondition (and (at ?x) (path ?x ?y))
        :effect (and (at ?y) (not (at ?x))))
      (:action take :parameters () :precondition (at hut) :effect (key))
      (:action enter :parameters () :precondition (and (at gate) (or (key) (open)))
        :effect (at home)))""".replace(":predicates", ":constants hut gate home) (:predicates"),
    problem="""(define (problem out) (:domain ways) (:objects start left right)
      (:init (at start) (path start left) (path start right) (path left hut) (path right hut)
        (path hut gate)) (:goal (at home)))""",
)


@given(task=generated())
@brief
def test_a_fact_is_a_landmark_where_nothing_reaches_the_goal_without_it(task: Task) -> None:
    case = explored(task)
    found = case.landmarks()
    assert found is not None
    start, ground = case.prepared.world.start, operators(task).values()
    for atom in reach(start, ground) - start:
        needed = not goal_atoms(case.prepared) <= reach(start, ground, without=atom)
        assert (atom in found) is needed, atom


@given(task=generated())
@brief
def test_a_landmark_stands_behind_those_that_have_to_come_before_it(task: Task) -> None:
    case = explored(task)
    found = case.landmarks()
    assert found is not None
    start, ground = case.prepared.world.start, operators(task).values()
    for place, atom in enumerate(found):
        reached = reach(start, ground, without=atom)
        assert not [other for other in found[:place] if other not in reached], atom


@pytest.mark.parametrize("seed", range(5))
def test_a_true_plan_passes_every_landmark_from_each_of_its_states(seed: int) -> None:
    made = logistics.generate(cities=3, places=3, packages=4, airplanes=2, seed=seed)
    assert isinstance(verify(made.task, made.plan), Valid)
    states = states_of(made.task, made.plan)
    for place in range(0, len(states), 5):
        found = explored(made.task, states[place]).landmarks()
        assert found is not None
        passed = set().union(*states[place + 1 :])
        assert set(found) <= passed
        assert not set(found) & states[place]


def states_of(task: Task, plan: Plan) -> list[set[tuple[str, ...]]]:
    """Give the states that a plan passes through."""
    endless = write_task(replace(read_task(task), goal=Or(())))
    found = []
    for length in range(len(plan.steps) + 1):
        verdict = verify(endless, Plan(steps=plan.steps[:length]))
        assert isinstance(verdict, Invalid)
        found.append({(fact.predicate, *fact.arguments) for fact in verdict.state})
    return found


def assert_walks_pass_landmarks(level: Level, data: st.DataObject) -> None:
    task = replace(data.draw(tasks(level)), goal=Or(()), constraints=())
    states = states_of(write_task(task), data.draw(walks(task, longest=3)))
    facts = tuple(Atom(atom[0], atom[1:]) for atom in sorted(states[-1]))
    some = And(tuple(data.draw(st.permutations(facts))[: data.draw(st.integers(0, 3))]))
    # Of two options the second can be in the way only where it is out of reach.
    goal = some if data.draw(st.booleans()) else Or((some, task.goal))
    found = explored(write_task(replace(task, goal=goal)), states[0]).landmarks()
    assert found is not None
    assert set(found) <= set().union(*states[1:])


@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@brief
def test_random_walks_pass_every_landmark_of_what_they_reach(
    level: str, data: st.DataObject
) -> None:
    assert_walks_pass_landmarks(LEVELS[level], data)


@pytest.mark.sweep
@pytest.mark.parametrize("level", LEVELS)
@given(data=st.data())
@settings(brief, max_examples=60)
def test_many_random_walks_pass_every_landmark(level: str, data: st.DataObject) -> None:
    assert_walks_pass_landmarks(LEVELS[level], data)


def test_what_only_one_of_two_ways_passes_is_no_landmark() -> None:
    found = explored(TWO_WAYS).landmarks()
    assert found == (("at", "hut"), ("at", "gate"), ("key",), ("at", "home"))


def test_an_option_that_is_within_reach_makes_the_other_none() -> None:
    task = replace(TWO_WAYS, problem=TWO_WAYS.problem.replace("(at start)", "(at start) (open)"))
    found = explored(task).landmarks()
    assert found == (("at", "hut"), ("at", "gate"), ("at", "home"))


def test_an_option_of_the_goal_that_is_out_of_reach_is_no_way() -> None:
    goal = "(:goal (or (open) (at hut)))"
    task = replace(TWO_WAYS, problem=TWO_WAYS.problem.replace("(:goal (at home))", goal))
    assert explored(task).landmarks() == (("at", "hut"),)


def test_a_goal_out_of_reach_has_no_landmarks() -> None:
    assert explored(TWO_WAYS, [("at", "home")]).landmarks() == ()
    assert explored(TWO_WAYS, [("at", "gate")]).landmarks() is None


def test_looking_for_landmarks_is_bounded() -> None:
    case = explored(generate(10, 1))
    goal = prepare(generate(10, 1)).goal(Meter())
    with pytest.raises(BoundReached):
        landmarks(case.relaxation, case.explored, goal, Meter(200))
