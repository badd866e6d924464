import pytest

from planners.engines.features import Feature, features_of
from planners.pddl import read_task
from planners.task import Task
from tests.planners.pddl.texts import read_yard, with_effect, with_precondition, yard

COSTS = """(:functions (total-cost) (size ?c - crate) - number)
  (:action act :parameters (?c - crate) :effect (and (free) {effect}))"""
METRIC = "(:metric minimize (total-cost))"
SIZES = "(:init (= (size c1) 2) (= (size c2) 0) (= (size big) {big}))"


def extra(domain: str = "", goal: str = "(:goal (free))", problem: str = "") -> set[Feature]:
    """Tell what a task uses beyond types, which the yard has."""
    return set(features_of(read_yard(domain, goal, problem))) - {Feature.TYPES}


def costs(effect: str, metric: str = METRIC, big: str = "1") -> set[Feature]:
    task = yard(COSTS.format(effect=effect), "(:goal (free))", metric)
    problem = task.problem.replace("(:init (at", SIZES.format(big=big)[:-1] + " (at")
    return set(features_of(read_task(Task(domain=task.domain, problem=problem)))) - {Feature.TYPES}


def test_a_task_without_anything_uses_nothing():
    task = Task(
        domain="(define (domain d) (:predicates (p ?x)) (:action a :effect (p o)) (:constants o))",
        problem="(define (problem q) (:domain d) (:init) (:goal (p o)))",
    )
    assert features_of(read_task(task)) == frozenset()


@pytest.mark.parametrize(
    ("condition", "features"),
    [
        ("(and (free) (and (at ?c ?p)))", {}),
        ("(= ?p dock)", {Feature.EQUALITY}),
        ("(not (free))", {Feature.NEGATION}),
        ("(or (free) (at ?c ?p))", {Feature.DISJUNCTION}),
        ("(imply (free) (at ?c ?p))", {Feature.DISJUNCTION, Feature.NEGATION}),
        ("(not (and (free) (at ?c ?p)))", {Feature.DISJUNCTION, Feature.NEGATION}),
        ("(forall (?q - place) (at ?c ?q))", {Feature.QUANTIFIERS}),
        ("(exists (?q - place) (at ?c ?q))", {Feature.QUANTIFIERS}),
        (
            "(exists (?q - (either place crate)) (free))",
            {Feature.QUANTIFIERS, Feature.EITHER},
        ),
    ],
)
def test_conditions_are_told_wherever_they_stand(condition, features):
    goal = condition.replace("?c", "c1").replace("?p", "quay")
    assert extra(with_precondition(condition)) == set(features)
    effect = extra(with_effect(f"(when {condition} (free))"))
    assert effect == {Feature.CONDITIONAL_EFFECTS, *features}
    assert extra(goal=f"(:goal {goal})") == set(features)
    plain = yard(f"(:derived (far ?c ?p) {condition})")
    far = "(:predicates (far ?c - crate ?p - place) "
    task = Task(domain=plain.domain.replace("(:predicates ", far), problem=plain.problem)
    assert features_of(read_task(task)) == {Feature.TYPES, Feature.AXIOMS, *features}


@pytest.mark.parametrize("effect", ["(when (free) (at ?c ?p))", "(forall (?q - place) (at ?c ?q))"])
def test_effects_for_some_or_under_a_condition_are_conditional(effect):
    assert extra(with_effect(effect)) == {Feature.CONDITIONAL_EFFECTS}


def test_a_deleted_atom_is_no_negation():
    assert extra(with_effect("(not (free))")) == set()


def test_a_type_with_two_supertypes_is_an_either():
    domain = yard().domain.replace("heavy - crate", "heavy - (either crate place)")
    task = read_task(Task(domain=domain, problem=yard().problem))
    assert Feature.EITHER in features_of(task)


@pytest.mark.parametrize(
    ("effect", "metric"),
    [
        ("(increase (total-cost) 3)", METRIC),
        ("(increase (total-cost) 0.5)", ""),
        ("(increase (total-cost) (size ?c))", METRIC),
        ("", METRIC),
    ],
)
def test_numbers_that_only_add_up_are_costs(effect, metric):
    assert costs(effect, metric) == {Feature.COSTS}


@pytest.mark.parametrize(
    ("effect", "metric"),
    [
        ("(increase (total-cost) -1)", METRIC),
        ("(decrease (total-cost) 1)", METRIC),
        ("(increase (size ?c) 1)", METRIC),
        ("(and (increase (total-cost) 1) (increase (total-cost) (size ?c)))", METRIC),
        ("(when (free) (increase (total-cost) 1))", METRIC),
        ("(forall (?d - crate) (increase (total-cost) (size ?d)))", METRIC),
        ("(increase (total-cost) (+ 1 (size ?c)))", METRIC),
        ("(increase (total-cost) (total-cost))", METRIC),
        ("(increase (total-cost) 1)", "(:metric maximize (total-cost))"),
        ("(increase (total-cost) 1)", "(:metric minimize (size c1))"),
    ],
)
def test_all_other_numbers_are_numbers(effect, metric):
    found = costs(effect, metric) - {Feature.CONDITIONAL_EFFECTS}
    assert found == {Feature.NUMBERS}


def test_costs_that_may_be_negative_are_numbers():
    assert costs("(increase (total-cost) (size ?c))", big="-1") == {Feature.NUMBERS}


def test_costs_that_conditions_ask_about_are_numbers():
    action = COSTS.format(effect="(increase (total-cost) 1)")
    found = extra(action, "(:goal (and (free) (<= (total-cost) 3)))", METRIC)
    assert found == {Feature.NUMBERS}


def test_the_fewest_steps_and_the_shortest_time_are_no_numbers():
    assert extra(problem="(:metric minimize (total-time))") == set()
    assert extra(problem="(:metric maximize (total-time))") == {Feature.NUMBERS}


def test_durations_are_no_numbers_unless_they_change():
    action = """(:functions (size ?c - crate) - number)
      (:durative-action act :parameters (?c - crate) :duration (= ?duration (size ?c))
        :condition () :effect (and (at end (free)) {effect}))"""
    metric = "(:metric minimize (total-time))"
    assert extra(action.format(effect=""), problem=metric) == {Feature.DURATIONS}
    change = "(at end (increase (size ?c) 1))"
    assert extra(action.format(effect=change)) == {Feature.DURATIONS, Feature.NUMBERS}


def test_what_holds_at_stated_times_constraints_and_preferences_are_told():
    timed = yard().problem.replace("(free))", "(free) (at 3 (not (free))))")
    task = read_task(Task(domain=yard().domain, problem=timed))
    assert features_of(task) == {Feature.TYPES, Feature.TIMED_LITERALS}
    constraint = "(:constraints (always (not (marked big))))"
    assert extra(problem=constraint) == {Feature.CONSTRAINTS, Feature.NEGATION}
    assert extra(goal="(:goal (preference x (free)))") == {Feature.PREFERENCES}
    assert extra(with_precondition("(preference x (free))")) == {Feature.PREFERENCES}


def test_functions_with_objects_as_values_are_told_as_what_they_are_read_as():
    domain = """(:functions (spot ?c - crate) - place)
      (:action act :parameters (?c - crate ?p - place)
        :precondition (not (= (spot ?c) ?p)) :effect (assign (spot ?c) ?p))"""
    assert {Feature.CONDITIONAL_EFFECTS, Feature.NEGATION} <= extra(domain)
    assert Feature.NUMBERS not in extra(domain)
