"""Random plans: of steps that could happen, each as likely as another."""

from collections import Counter
from random import Random

import pytest

from app.evaluation.random_plans import random_plan, reachable_steps
from planners import Task
from planners.errors import BoundReached
from planners.generators.blocksworld import generate
from planners.generators.logistics import generate as generate_logistics
from planners.pddl import read_task

UNTYPED = """(define (domain untyped) (:requirements :strips)
  (:predicates (truck ?x) (place ?x) (road ?x ?y) (at ?x ?y) (fuelled ?x))
  (:action drive :parameters (?t ?a ?b)
    :precondition (and (truck ?t) (place ?a) (place ?b) (fuelled ?t) (road ?a ?b) (at ?t ?a))
    :effect (and (at ?t ?b) (not (at ?t ?a)) (not (fuelled ?t))))
  (:action fuel :parameters (?t) :precondition (truck ?t) :effect (fuelled ?t)))
"""
ROADS = """(define (problem roads) (:domain untyped) (:objects t1 t2 p1 p2 p3)
  (:init (truck t1) (truck t2) (place p1) (place p2) (place p3) (at t1 p1) (at t2 p3)
    (road p1 p2) (road p2 p1) (road p1 p1))
  (:goal (at t1 p2)))
"""


def test_steps_that_nothing_can_make_possible_are_not_among_them():
    steps = reachable_steps(read_task(Task(domain=UNTYPED, problem=ROADS)))
    # The second truck stands where no road begins; fuel becomes true, though it was not; the
    # road from a place to itself leads nowhere.
    assert sorted(map(str, steps)) == [
        "(drive t1 p1 p2)",
        "(drive t1 p2 p1)",
        "(fuel t1)",
        "(fuel t2)",
    ]


def test_every_step_of_a_valid_plan_is_among_them():
    made = generate_logistics(cities=3, places=3, packages=5, seed=2)
    assert set(made.plan.steps) <= set(reachable_steps(read_task(made.task)))


def test_steps_are_drawn_uniformly_and_the_same_for_the_same_seed():
    steps = reachable_steps(read_task(generate(blocks=3, seed=1)))
    plan = random_plan(steps, 100 * len(steps), Random(1))
    assert plan == random_plan(steps, 100 * len(steps), Random(1))
    drawn = Counter(plan.steps)
    # Each is expected 100 times, with a deviation of 10.
    assert set(drawn) == set(steps)
    assert all(55 < times < 145 for times in drawn.values())


def test_too_many_candidates_are_refused():
    wide = UNTYPED.replace(
        "(?t) :precondition (truck ?t)", "(?t ?a ?b ?c) :precondition (at ?t ?a)"
    )
    names = " ".join(f"x{number}" for number in range(40))
    problem = ROADS.replace("p3)\n", f"p3 {names})\n", 1)
    with pytest.raises(BoundReached, match="candidate steps"):
        reachable_steps(read_task(Task(domain=wide, problem=problem)))
