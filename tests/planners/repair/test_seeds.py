"""Which steps of a plan a local search may start from."""

from hypothesis import given, settings
from hypothesis import strategies as st

from planners import Task, read_plan
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.repair.seeds import cleaned
from tests.planners.random_plans import plans, walks

BLOCKS = generate(4, 1)
MODEL = read_task(BLOCKS)
TRUCKS = Task(
    domain="""(define (domain d) (:requirements :typing)
      (:types truck city) (:predicates (at ?t - truck ?c - city) (road ?c ?d - city))
      (:action drive :parameters (?t - truck ?c ?d - city)
        :precondition (and (at ?t ?c) (road ?c ?d)) :effect (and (not (at ?t ?c)) (at ?t ?d))))""",
    problem="""(define (problem p) (:domain d) (:objects t - truck a b c e - city)
      (:init (at t a) (road a b) (road b c) (road e a)) (:goal (at t c)))""",
)


def test_steps_of_an_unknown_name_object_arity_or_type_go():
    flawed = read_plan("(fly t a b)\n(drive t a x)\n(drive t a)\n(drive a a b)\n(drive t a b)")
    assert cleaned(TRUCKS, flawed) == read_plan("(drive t a b)")


def test_steps_that_can_never_be_executed_go_and_those_that_only_cannot_yet_stay():
    flawed = read_plan("(drive t b c)\n(drive t e a)\n(drive t a c)\n(drive t a b)")
    assert cleaned(TRUCKS, flawed) == read_plan("(drive t b c)\n(drive t a b)")


@settings(max_examples=25, deadline=None)
@given(walks(MODEL))
def test_steps_that_were_executed_stay(plan):
    assert cleaned(BLOCKS, plan) == plan


@settings(max_examples=40, deadline=None)
@given(plans(MODEL), st.data())
def test_what_is_cleaned_is_clean_and_in_its_order(plan, data):
    seed = cleaned(BLOCKS, plan)
    assert cleaned(BLOCKS, seed) == seed
    rest = iter(plan.steps)
    assert all(step in rest for step in seed.steps)
