from fractions import Fraction

import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError, UnsupportedTask
from planners.pddl.formula import Arithmetic, FunctionTerm, TotalTime, Violations
from planners.pddl.model import Metric
from tests.planners.pddl.texts import MOVE, read_yard

COSTS = "(:functions (total-cost) (length ?a ?b - place) - number)"
WISH = "(:goal (and (free) (preference tidy (at c1 quay))))"
WAIT = "(:durative-action wait :duration (= ?duration 5) :effect (at end (free)))"
COST = FunctionTerm("total-cost")


@pytest.mark.parametrize("metric", ["(total-cost)", "total-cost"])
def test_the_total_cost_is_a_metric(metric):
    task = read_yard(COSTS, problem=f"(:metric minimize {metric})")
    assert task.metric == Metric(COST)


def test_the_total_cost_begins_at_0_with_a_warning_where_the_problem_says_nothing():
    task = read_yard(COSTS)
    assert task.init_values == {COST: Fraction(0)}
    assert "taken to be 0" in task.warnings[0].message
    assert read_yard(MOVE).init_values == {}


def test_a_total_cost_of_terms_has_no_first_value_of_its_own():
    assert read_yard("(:functions (total-cost ?c - crate))").init_values == {}


def test_any_expression_is_a_metric():
    task = read_yard(
        COSTS,
        goal=WISH,
        problem="(:metric maximize (- (* 2 (is-violated tidy)) (length dock quay) ))",
    )
    length = FunctionTerm("length", ("dock", "quay"))
    violations = Arithmetic("*", (Fraction(2), Violations("tidy")))
    assert task.metric == Metric(Arithmetic("-", (violations, length)), maximize=True)


def test_the_total_time_of_steps_without_durations_is_their_number():
    task = read_yard(problem="(:metric minimize (total-time))")
    assert task.metric is None
    assert "their number" in task.warnings[0].message


@pytest.mark.parametrize("metric", ["(total-time)", "total-time"])
def test_the_total_time_of_durative_steps_is_a_metric(metric):
    task = read_yard(WAIT, problem=f"(:metric minimize {metric})")
    assert task.metric == Metric(TotalTime())


def test_a_function_called_total_time_is_that_function():
    functions = "(:functions (total-time)) "
    task = read_yard(functions + WAIT, problem="(:metric minimize (total-time))")
    assert task.metric == Metric(FunctionTerm("total-time"))


@pytest.mark.parametrize(
    ("metric", "kind", "message"),
    [
        ("(total-cost)", TaskSyntaxError, "expected `(:metric minimize EXPRESSION)`"),
        ("minimize", TaskSyntaxError, "expected `(:metric minimize EXPRESSION)`"),
        ("fewest (total-cost)", TaskSyntaxError, "expected `(:metric minimize EXPRESSION)`"),
        ("minimize (total-cost) 1", TaskSyntaxError, "expected `(:metric minimize EXPRESSION)`"),
        ("minimize (length dock ?x)", TaskSemanticError, "not a parameter here"),
        ("minimize (weight)", TaskSemanticError, "no function is called `weight`"),
        ("minimize (is-violated neat)", TaskSemanticError, "no preference is called `neat`"),
        ("minimize (is-violated)", TaskSyntaxError, "expected `(is-violated PREFERENCE)`"),
        ("minimize (* 2 #t)", UnsupportedTask, "continuous effects"),
    ],
)
def test_what_is_wrong_in_a_metric_is_named(metric, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(COSTS, goal=WISH, problem=f"(:metric {metric})")
    assert message in caught.value.message
    assert caught.value.source == "problem"
