from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planners import Plan, Step, Task, Valid, verify
from planners.engines.costs import scale_of
from planners.engines.features import Feature, features_of
from planners.engines.plain import Plain
from planners.engines.untyped import simply_typed
from planners.pddl import read_task
from planners.pddl.formula import OBJECT, And, Atom, Comparison, Imply, Not, Or
from planners.pddl.model import LiftedTask
from planners.pddl.walks import parts_of
from planners.pddl.writing import write_task
from tests.planners.pddl.texts import MOVE, yard
from tests.planners.random_plans import mutants, walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import CLASSICAL, DERIVED, NUMERIC, TEMPORAL, Level

# Each name is a word of PDDL, or breaks a parser; some things share theirs.
ODD = Task(
    domain="""(define (domain domain) (:requirements :adl)
      (:types and - object a - and)
      (:constants either increase - a)
      (:predicates (increase ?x - and) (a ?x - a) (a+b ?not - and ?and - object) (P))
      (:functions (unused) - number)
      (:action And :parameters (?and - AND ?x - a)
        :precondition (and (and (increase ?and) (and)) (a ?x) (a+b ?and Either))
        :effect (and (and (P)) (not (increase ?and)))))""",
    problem="""(define (problem domain) (:domain domain)
      (:objects not forall.1 - and @ - a object)
      (:init (increase not) (a increase) (a+b not either) (= (unused) -0.5))
      (:goal (P)))""",
)
ODD_PLAN = Plan(steps=(Step(action="and", arguments=("not", "increase")),))
COSTLY = """(:functions (total-cost) (size ?c - crate) - number)
  (:action move :parameters (?c - crate ?p - place) :precondition (free)
    :effect (and (at ?c ?p) (increase (total-cost) {cost})))"""
METRIC = "(:metric minimize (total-cost))"
LEVELS = {"classical": CLASSICAL, "numeric": NUMERIC, "derived": DERIVED, "temporal": TEMPORAL}
TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=10, deadline=None, suppress_health_check=TOLERANT)
thorough = settings(max_examples=200, deadline=None, suppress_health_check=TOLERANT)


def plain(task: Task, *, costs: bool = True) -> LiftedTask:
    return read_task(Plain(read_task(task), costs=costs).task)


def costly(cost: str, metric: str = METRIC) -> Task:
    task = yard(COSTLY.format(cost=cost), problem=metric)
    init = "(:init (= (size c1) 0.25) (= (size c2) 3) (= (total-cost) 7)"
    return Task(domain=task.domain, problem=task.problem.replace("(:init", init))


def test_names_that_engines_stumble_over_are_replaced_and_given_back():
    assert isinstance(verify(ODD, ODD_PLAN), Valid)
    written = Plain(read_task(ODD))
    text = f"{written.task.domain}{written.task.problem}"
    for odd in ("a+b", "@", "forall.1", "unused", "0.5"):
        assert odd not in text
    theirs = written.engines(ODD_PLAN)
    assert isinstance(verify(written.task, theirs), Valid)
    assert written.users(theirs) == ODD_PLAN


def test_a_plan_that_names_what_is_not_there_is_not_given_back():
    written = Plain(read_task(yard()))
    with pytest.raises(KeyError, match="a99"):
        written.users(Plan(steps=(Step(action="a99"),)))


def test_conditions_are_flat_and_only_atoms_are_negated():
    condition = """(and (and (free) (at ?c ?p)) (not (or (marked big-one)
      (not (imply (free) (at ?c ?p))))) (exists () (or (or (free)) (not (not (free))))))"""
    domain = f"""(:constants big-one - heavy) (:action act :parameters (?c - crate ?p - place)
        :precondition {condition} :effect (and (and (free)) (at ?c ?p)))"""
    task = yard(domain)
    task = Task(
        domain=task.domain.replace("(:constants big-one - heavy)", "").replace(
            "(:constants dock - place)", "(:constants dock - place big-one - heavy)"
        ),
        problem=task.problem,
    )
    (action,) = plain(task).actions.values()
    for part in parts_of(action.precondition):
        assert not isinstance(part, Imply)
        if isinstance(part, Not):
            assert isinstance(part.operand, Atom | Comparison)
        if isinstance(part, And | Or):
            assert not any(isinstance(each, type(part)) for each in part.operands)


def test_costs_are_made_whole_by_a_common_factor():
    task = costly("(size ?c)")
    assert scale_of(read_task(task)) == 4
    written = plain(task)
    assert sorted(written.init_values.values()) == [Fraction(0), Fraction(1), Fraction(12)]
    assert features_of(written) == {Feature.COSTS, Feature.TYPES}


def test_costs_can_be_left_out():
    written = plain(costly("0.5"), costs=False)
    assert not written.functions
    assert written.metric is None
    assert features_of(written) == {Feature.TYPES}


def test_costs_that_conditions_ask_about_stay_as_they_are():
    task = costly("0.5")
    problem = task.problem.replace("(:goal (at", "(:goal (and (< (total-cost) 9) (at")
    problem = problem.replace("quay))", "quay)))", 1)
    written = plain(Task(domain=task.domain, problem=problem), costs=False)
    assert list(written.init_values.values()) == [Fraction(7)]
    assert written.metric is not None


def test_a_metric_that_only_counts_steps_is_left_out():
    assert plain(yard(problem="(:metric minimize (total-time))")).metric is None


def test_a_variable_of_a_quantifier_always_has_a_type_of_its_own():
    domain = MOVE.replace("(at ?c ?from)\n", "(forall (?x) (exists (?y) (= ?x ?y)))\n", 1)
    (action,) = plain(yard(domain)).actions.values()
    types = [
        parameter.types
        for part in parts_of(action.precondition)
        for parameter in getattr(part, "parameters", ())
    ]
    assert len(types) == 2
    assert (OBJECT,) not in types


def assert_equivalent(level: Level, data: st.DataObject) -> None:
    task = data.draw(tasks(level))
    walk = data.draw(walks(task, stamped=level.temporal))
    plan = data.draw(st.one_of(st.just(walk), mutants(task, walk)))
    simple = simply_typed(task)
    assert Feature.EITHER not in features_of(simple)
    written = Plain(simple)
    try:
        theirs = written.engines(plan)
    except KeyError:
        assume(False)
    assert written.users(theirs) == plan
    same = isinstance(verify(written.task, theirs), Valid)
    if same or not level.temporal:
        # Without types, steps at one time may seem to be in each other's way.
        assert isinstance(verify(write_task(task), plan), Valid) == same


@pytest.mark.parametrize("level", LEVELS)
@brief
@given(data=st.data())
def test_a_plan_is_as_valid_for_the_plain_task_as_for_the_users(level, data):
    assert_equivalent(LEVELS[level], data)


@pytest.mark.sweep
@pytest.mark.parametrize("level", LEVELS)
@thorough
@given(data=st.data())
def test_so_are_many_plans(level, data):
    assert_equivalent(LEVELS[level], data)
