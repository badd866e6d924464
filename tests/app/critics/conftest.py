"""A task with costs, and two plans of it that are valid."""

import pytest

from planners import Plan, Task, read_plan

DOMAIN = """
(define (domain walk)
  (:requirements :strips :action-costs)
  (:predicates (at ?x) (path ?x ?y))
  (:functions (total-cost) (length-of ?x ?y))
  (:action go
    :parameters (?x ?y)
    :precondition (and (at ?x) (path ?x ?y))
    :effect (and (at ?y) (not (at ?x)) (increase (total-cost) (length-of ?x ?y)))))
"""
PROBLEM = """
(define (problem short)
  (:domain walk)
  (:objects a b c)
  (:init (at a) (path a b) (path b c) (path a c)
         (= (total-cost) 0) (= (length-of a b) 1.5) (= (length-of b c) 1) (= (length-of a c) 4))
  (:goal (at c))
  (:metric minimize (total-cost)))
"""


@pytest.fixture(scope="session")
def walk() -> Task:
    """From a to c, over b for 2.5 or at once for 4."""
    return Task(domain=DOMAIN, problem=PROBLEM)


@pytest.fixture(scope="session")
def cheap() -> Plan:
    """Costs 2.5."""
    return read_plan("(go a b)(go b c)")


@pytest.fixture(scope="session")
def dear() -> Plan:
    """Costs 4."""
    return read_plan("(go a c)")


@pytest.fixture(scope="session")
def wrong() -> Plan:
    """Cannot be executed."""
    return read_plan("(go b c)")


@pytest.fixture(scope="session")
def clock() -> Task:
    """A task whose one action takes time."""
    return Task(
        domain="""(define (domain clock) (:requirements :durative-actions)
          (:predicates (wound) (rung))
          (:durative-action ring :parameters () :duration (= ?duration 1)
            :condition (at start (wound)) :effect (at end (rung))))""",
        problem="(define (problem noon) (:domain clock) (:init (wound)) (:goal (rung)))",
    )
