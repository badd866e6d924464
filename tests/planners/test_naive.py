"""The naive interpreter against hand-made tasks whose verdicts follow from the definitions.

What judges the verifier should not be trusted without a look of its own.
"""

from fractions import Fraction

import pytest

from planners import Task, read_plan
from planners.pddl import read_task
from tests.planners.naive.finding import Finding
from tests.planners.naive.judge import judge

LIGHTS = """
(define (domain lights) (:requirements :adl :fluents :derived-predicates :durative-actions)
  (:predicates (on ?x) (wire ?x ?y) (live ?x) (dead ?x)) (:functions (used) (free))
  (:derived (live ?x) (or (on ?x) (exists (?y) (and (wire ?y ?x) (live ?y)))))
  (:derived (dead ?x) (not (live ?x)))
  (:action light :parameters (?x) :precondition (dead ?x) :effect (and (on ?x) (increase (used) 2)))
  (:action cut :parameters (?x ?y) :precondition (wire ?x ?y) :effect (not (wire ?x ?y)))
  (:action count :effect (increase (free) (/ 1 (used)))))
"""
LIGHTS_PROBLEM = """
(define (problem p) (:domain lights) (:objects a b c)
  (:init (wire a b) (wire b a) (wire b c) (= (used) 0)) (:goal (live c)))
"""

OVEN = """
(define (domain oven) (:requirements :durative-actions :typing)
  (:predicates (raw) (done) (hot) (dirty))
  (:durative-action heat :duration (and (>= ?duration 2) (<= ?duration 5))
    :effect (and (at start (hot)) (at end (not (hot)))))
  (:durative-action bake :duration (= ?duration 3)
    :condition (and (at start (raw)) (over all (hot)))
    :effect (and (at start (not (raw))) (at end (done))))
  (:action spill :effect (dirty)))
"""
OVEN_PROBLEM = """
(define (problem p) (:domain oven) (:init (raw) (at 9 (not (done)))) (:goal (done)))
"""


def found(domain: str, problem: str, plan: str) -> Finding:
    return judge(read_task(Task(domain=domain, problem=problem)), read_plan(plan))


@pytest.mark.parametrize(
    ("plan", "stopped"),
    [
        ("(light a)", set()),
        # The wires between a and b are a circle, and a circle gives no current.
        ("(light a) (light b)", {("precondition", 1, "")}),
        ("(cut a b) (light a) (light b)", set()),
        ("(count)", {("undefined", 0, "(free)"), ("division", 0, "")}),
    ],
)
def test_axioms_hold_by_least_fixpoint_and_numbers_by_exact_rules(plan, stopped):
    assert found(LIGHTS, LIGHTS_PROBLEM, plan).stopped == stopped


def test_what_is_derived_counts_as_true_in_the_goal():
    finding = found(LIGHTS, LIGHTS_PROBLEM, "(light a)")
    assert finding.valid
    assert ("live", ("c",)) in finding.facts
    assert ("dead", ("c",)) not in finding.facts


@pytest.mark.parametrize(
    ("plan", "stopped"),
    [
        ("0: (heat) [5] 1: (bake) [3]", set()),
        # Over all of it excludes its end, so both may end at once.
        ("0: (heat) [4] 1: (bake) [3]", set()),
        ("0: (heat) [2] 1: (bake) [3]", {("precondition", 1, "")}),
        ("0: (heat) [6] 1: (bake) [3]", {("duration", 0, "")}),
        ("0: (heat) [5.001] 1: (bake) [3.0005]", set()),
        ("0: (heat) [5] 1: (bake) [3.001]", {("duration", 1, "")}),
        ("0: (heat) [5] 1: (bake)", {("duration", 1, "")}),
        ("1: (heat) [5] 1: (bake) [3]", set()),
        ("0: (bake) [3] 0.5: (heat) [5]", {("precondition", 0, "")}),
        ("0: (heat) [3] 3: (heat) [3]", {("interference", 1, "(hot)")}),
        ("0: (heat) [3] 3.0001: (heat) [3]", {("interference", 1, "(hot)")}),
        ("0: (heat) [3] 3.0002: (heat) [3]", set()),
        ("0: (spill) 0: (spill)", set()),
    ],
)
def test_what_goes_on_is_judged_from_behind_its_start_to_before_its_end(plan, stopped):
    assert found(OVEN, OVEN_PROBLEM, plan).stopped == stopped


def test_what_the_task_states_for_a_time_counts_behind_the_last_step():
    finding = found(OVEN, OVEN_PROBLEM, "0: (heat) [5] 1: (bake) [3]")
    assert not finding.reached
    assert finding.makespan == Fraction(5)


CONSTRAINTS = """
(define (domain c) (:requirements :constraints :preferences) (:predicates (p) (q))
  (:action p :effect (and (p) (not (q)))) (:action q :effect (and (q) (not (p)))))
"""


@pytest.mark.parametrize(
    ("constraint", "kept", "broken"),
    [
        ("(always (not (p)))", "(q) (q)", "(q) (p)"),
        ("(sometime (p))", "(p) (q)", "(q)"),
        ("(at-most-once (p))", "(p) (p) (q)", "(p) (q) (p)"),
        ("(sometime-before (q) (p))", "(p) (q)", "(q) (p)"),
        ("(sometime-after (p) (q))", "(p) (q)", "(q) (p)"),
        ("(at end (q))", "(p) (q)", "(q) (p)"),
        ("(within 2 (p))", "2: (p)", "2.5: (p)"),
        ("(hold-during 1 3 (p))", "1: (p) 3: (q)", "1: (p) 2.5: (q)"),
        ("(hold-during 1 3 (p))", "0.5: (p) 3.5: (q)", "1.5: (p)"),
        ("(hold-after 2 (p))", "2: (p)", "2: (p) 3: (q)"),
        ("(always-within 2 (p) (q))", "1: (p) 3: (q)", "1: (p) 3.5: (q)"),
    ],
)
def test_constraints_are_judged_over_all_the_states(constraint, kept, broken):
    problem = f"(define (problem p) (:domain c) (:init) (:goal (and)) (:constraints {constraint}))"
    assert found(CONSTRAINTS, problem, kept).broken == ()
    assert len(found(CONSTRAINTS, problem, broken).broken) == 1


def test_violated_preferences_are_counted_by_instance_and_priced():
    problem = """
      (define (problem p) (:domain c) (:objects a b c) (:init (q)) (:goal (preference end (p)))
        (:constraints (forall (?x) (preference each (always (or (q) (= ?x a))))))
        (:metric minimize (+ (* 10 (is-violated end)) (is-violated each))))
    """
    finding = found(CONSTRAINTS, problem, "(p) (q)")
    assert finding.violated == (("each", 2), ("end", 1))
    assert finding.cost == 12
