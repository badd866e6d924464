"""Small PDDL texts that the tests of reading are made from."""

from planners.pddl import read_task
from planners.pddl.model import LiftedTask
from planners.task import Task

DOMAIN = """(define (domain yard)
  (:requirements :strips :typing)
  (:types crate place - object heavy - crate)
  (:constants dock - place)
  (:predicates (at ?c - crate ?p - place) (free) (marked ?c - heavy))
{extra})
"""
PROBLEM = """(define (problem small)
  (:domain yard)
  (:objects c1 c2 - crate big - heavy quay - place)
  (:init (at c1 dock) (free))
  {goal}
{extra})
"""
MOVE = """  (:action move
    :parameters (?c - crate ?from ?to - place)
    :precondition (at ?c ?from)
    :effect (and (not (at ?c ?from)) (at ?c ?to)))"""
GOAL = "(:goal (at c1 quay))"


def yard(domain: str = MOVE, goal: str = GOAL, problem: str = "") -> Task:
    """Make a task of a yard with further sections in its two texts."""
    return Task(
        domain=DOMAIN.format(extra=domain), problem=PROBLEM.format(goal=goal, extra=problem)
    )


def read_yard(domain: str = MOVE, goal: str = GOAL, problem: str = "") -> LiftedTask:
    return read_task(yard(domain, goal, problem))


def with_effect(effect: str) -> str:
    return f"(:action act :parameters (?c - crate ?p - place) :effect {effect})"


def with_precondition(condition: str) -> str:
    return f"(:action act :parameters (?c - crate ?p - place) :precondition {condition})"
