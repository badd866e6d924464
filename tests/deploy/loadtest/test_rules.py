"""Plans by rule for the shipped domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.loadtest.rules import plan_by_rule
from planners import Task, Valid, verify
from planners.domains import domain_text
from planners.generators import blocksworld, logistics
from tests.app.modulo.lamps import DOMAIN, PROBLEM


@given(st.integers(2, 15), st.integers(0, 10_000), st.booleans())
def test_every_blocksworld_task_gets_a_valid_plan(blocks, seed, full):
    task = blocksworld.generate(blocks, seed, full=full)
    assert isinstance(verify(task, plan_by_rule(task)), Valid)


@given(st.integers(2, 4), st.integers(2, 4), st.integers(1, 6), st.integers(0, 10_000))
def test_every_logistics_task_gets_a_valid_plan(cities, places, packages, seed):
    drawn = logistics.generate(cities=cities, places=places, packages=packages, seed=seed)
    assert isinstance(verify(drawn.task, plan_by_rule(drawn.task)), Valid)


def test_packages_within_a_city_and_at_airports_are_carried_too():
    drawn = logistics.generate(cities=2, places=3, packages=1, seed=0).task
    start, _, rest = drawn.problem.partition("(waits package0 ")
    first = "place0-1 place0-2", "place0-0 place0-2", "place0-1 place1-0", "place0-1 place0-1"
    for places in first:
        here, there = places.split()
        init = f"{start}(waits package0 {here}{rest[rest.index(')') :]}"
        before, _, after = init.rpartition("(waits package0 ")
        problem = f"{before}(waits package0 {there}{after[after.index(')') :]}"
        task = Task(domain=drawn.domain, problem=problem)
        assert isinstance(verify(task, plan_by_rule(task)), Valid), places


@pytest.mark.parametrize(
    "task",
    [
        Task(domain=DOMAIN, problem=PROBLEM),
        Task(domain="(define", problem=""),
        Task(
            domain=domain_text("blocksworld"),
            problem="(define (problem p) (:domain blocksworld) (:objects a b) (:init (ontable a) "
            "(ontable b) (clear a) (clear b) (handempty)) (:goal (and (on a b) (on b a))))",
        ),
        Task(
            domain=domain_text("logistics"),
            problem="(define (problem p) (:domain logistics) (:objects c - city l m - place "
            "p - package) (:init (lies-in l c) (lies-in m c) (waits p l)) (:goal (waits p m)))",
        ),
    ],
    ids=["another domain", "no task", "unsolvable", "no truck"],
)
def test_what_no_rule_leads_to_gets_no_plan(task):
    assert plan_by_rule(task) is None
