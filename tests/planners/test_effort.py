"""The bound on the work of judging a plan, held against what the verifier's meter counts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planners.verifier
from planners import Invalid, Plan, Step, Task, read_plan, verify
from planners.effort import MOST, effort
from planners.errors import BoundReached
from planners.execution.meter import Meter
from planners.generators.blocksworld import generate
from planners.pddl.writing import write_task
from tests.planners.random_plans import plans
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import EVERYTHING, EVERYTHING_TIMED

QUANTIFIED = """
(define (domain q)
  (:predicates (p ?x) (r ?x ?y ?z))
  (:action look :parameters (?a)
    :precondition (forall (?x ?y ?z) (or (p ?x) (not (r ?x ?y ?z))))
    :effect (and (p ?a) (forall (?x ?y) (when (r ?a ?x ?y) (p ?x))))))
"""


def quantified(objects: int) -> Task:
    names = " ".join(f"o{number}" for number in range(objects))
    problem = (
        f"(define (problem p) (:domain q) (:objects {names}) (:init (r o0 o0 o0)) "
        "(:goal (exists (?x ?y) (and (p ?x) (p ?y)))))"
    )
    return Task(domain=QUANTIFIED, problem=problem)


def counted(monkeypatch: pytest.MonkeyPatch, task: Task, plan: Plan) -> int:
    """Judge a plan, and give what the verifier's meters have counted."""
    meters: list[Meter] = []

    class Counting(Meter):
        def __init__(self, *arguments: int) -> None:
            super().__init__(*arguments)
            meters.append(self)

    with monkeypatch.context() as patched:
        patched.setattr(planners.verifier, "Meter", Counting)
        verify(task, plan)
    assert meters, "the verifier has no meter by that name any more"
    return sum(meter.spent for meter in meters)


@given(
    objects=st.integers(1, 12),
    steps=st.lists(st.integers(0, 11), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_the_bound_is_never_below_what_is_counted_whatever_the_quantifiers(objects, steps):
    task = quantified(objects)
    plan = Plan(steps=tuple(Step(action="look", arguments=(f"o{step}",)) for step in steps))
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert counted(monkeypatch, task, plan) <= effort(task, plan)


@given(seed=st.integers(0, 2**31), blocks=st.integers(2, 9), data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_bound_is_never_below_what_is_counted_on_blocks(seed, blocks, data):
    task = generate(blocks=blocks, seed=seed)
    names = st.sampled_from([f"b{number}" for number in range(1, blocks + 1)])
    one = st.builds(
        lambda a, x: Step(action=a, arguments=(x,)), st.sampled_from(["pick-up", "put-down"]), names
    )
    two = st.builds(
        lambda a, x, y: Step(action=a, arguments=(x, y)),
        st.sampled_from(["stack", "unstack"]),
        names,
        names,
    )
    plan = Plan(steps=tuple(data.draw(st.lists(one | two, max_size=30))))
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert counted(monkeypatch, task, plan) <= effort(task, plan)


@pytest.mark.parametrize(
    ("level", "stamped"),
    [(EVERYTHING, False), (EVERYTHING, True), (EVERYTHING_TIMED, True)],
    ids=["sequences", "parallel", "temporal"],
)
@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_the_bound_is_never_below_what_is_counted_in_any_part_of_the_language(level, stamped, data):
    lifted = data.draw(tasks(level))
    plan, task = data.draw(plans(lifted, stamped=stamped)), write_task(lifted)
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert counted(monkeypatch, task, plan) <= effort(task, plan)


def test_the_bound_grows_with_the_objects_to_the_power_of_the_variables_of_a_quantifier():
    plan = read_plan("(look o0)")
    few, many = effort(quantified(10), plan), effort(quantified(100), plan)
    assert 800 < many / few < 1_100


def test_the_bound_is_cut_where_it_says_no_more():
    variables = " ".join(f"?x{number}" for number in range(200))
    domain = (
        "(define (domain d) (:predicates (p)) "
        f"(:action a :precondition (forall ({variables}) (p))))"
    )
    problem = "(define (problem p) (:domain d) (:objects a b c) (:init (p)) (:goal (p)))"
    task = Task(domain=domain, problem=problem)
    assert effort(task, read_plan("(a)")) == MOST
    with pytest.raises(BoundReached):
        verify(task, read_plan("(a)"))


def test_rules_of_derived_predicates_count_once_for_each_atom_they_may_derive():
    domain = """(define (domain d) (:predicates (edge ?x ?y) (way ?x ?y))
      (:derived (way ?x ?y) (or (edge ?x ?y) (exists (?z) (and (edge ?x ?z) (way ?z ?y)))))
      (:action cut :parameters (?x ?y) :precondition (way ?x ?y) :effect (not (edge ?x ?y))))"""

    def task(objects: int) -> Task:
        names = " ".join(f"o{number}" for number in range(objects))
        head = f"(define (problem p) (:domain d) (:objects {names})"
        return Task(domain=domain, problem=f"{head} (:init) (:goal (way o0 o0)))")

    plan = read_plan("(cut o0 o0)")
    # Three variables around the body of the rule, two of the derived predicate.
    assert 25_000 < effort(task(40), plan) / effort(task(4), plan) < 200_000
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert counted(monkeypatch, task(4), plan) <= effort(task(4), plan)


def test_a_longer_plan_is_more_work():
    task = generate(blocks=5, seed=1)
    short = read_plan("(pick-up b1)")
    long = read_plan("(pick-up b1)" * 100)
    assert isinstance(verify(task, short), Invalid)
    assert 10 < effort(task, long) / effort(task, short) < 100
