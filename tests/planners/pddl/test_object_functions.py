"""Functions with objects as values, read as relations; see `planners.pddl.object_functions`."""

import pytest

from planners.condition import Literal
from planners.errors import TaskSemanticError, TaskSyntaxError, UnsupportedTask
from planners.pddl import read_task
from planners.pddl.model import LiftedTask
from planners.pddl.notation import effect_text, formula_text
from planners.pddl.writing import write_task
from planners.task import Task

DOMAIN = """(define (domain d)
  (:requirements :typing :object-fluents)
  (:types truck city) (:constants home - city)
  (:predicates (road ?a ?b - city) (wet))
  (:functions (loc ?t - truck) (base) - city (driver ?t - truck) - truck
    (dist ?a ?b - city) - number (fuel ?t - truck))
{sections})
"""
PROBLEM = """(define (problem q) (:domain d)
  (:objects t u - truck a b - city)
  (:init {init})
  (:goal {goal}))
"""


def read(sections: str = "", init: str = "", goal: str = "(wet)") -> LiftedTask:
    problem = PROBLEM.format(init=init, goal=goal)
    return read_task(Task(domain=DOMAIN.format(sections=sections), problem=problem))


def condition(text: str) -> str:
    task = read(f"(:action act :parameters (?t ?u - truck ?c - city) :precondition {text})")
    return formula_text(task.actions["act"].precondition)


def effect(text: str) -> tuple[str, str]:
    """Return the effect, and what is needed beside it."""
    task = read(f"(:action act :parameters (?t ?u - truck ?c - city) :effect {text})")
    schema = task.actions["act"]
    return effect_text(schema.effect), formula_text(schema.precondition)


def test_a_function_with_objects_as_values_is_a_relation():
    task = read(init="(= (loc t) a) (= (base) home) (= (driver t) u) (= (fuel t) 3)")
    declared = {
        name: [parameter.types for parameter in parameters]
        for name, parameters in task.predicates.items()
    }
    truck, city = ("truck",), ("city",)
    assert declared == {
        "road": [city, city],
        "wet": [],
        "loc": [truck, city],
        "base": [city],
        "driver": [truck, truck],
    }
    assert set(task.functions) == {"dist", "fuel"}
    assert task.init == {
        Literal("loc", ("t", "a")),
        Literal("base", ("home",)),
        Literal("driver", ("t", "u")),
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(= (loc ?t) ?c)", "(loc ?t ?c)"),
        ("(= home (loc ?t))", "(loc ?t home)"),
        ("(not (= (base) ?c))", "(not (base ?c))"),
        ("(= (loc ?t) (base))", "(exists (?base - city) (and (base ?base) (loc ?t ?base)))"),
        (
            "(= (loc ?t) (loc ?u))",
            "(exists (?loc - city) (and (loc ?u ?loc) (loc ?t ?loc)))",
        ),
        (
            "(road (loc ?t) ?c)",
            "(exists (?loc - city) (and (loc ?t ?loc) (road ?loc ?c)))",
        ),
        (
            "(road (loc ?t) (loc ?t))",
            "(exists (?loc - city) (and (loc ?t ?loc) (road ?loc ?loc)))",
        ),
        (
            "(road (loc ?t) (loc (driver ?t)))",
            "(exists (?loc - city ?driver - truck ?loc-2 - city)"
            " (and (loc ?t ?loc) (driver ?t ?driver) (loc ?driver ?loc-2) (road ?loc ?loc-2)))",
        ),
        (
            "(>= (fuel (driver ?t)) (* 2 (dist (loc ?t) ?c)))",
            "(exists (?driver - truck ?loc - city) (and (driver ?t ?driver) (loc ?t ?loc)"
            " (>= (fuel ?driver) (* 2 (dist ?loc ?c)))))",
        ),
        ("(= (loc ?t) undefined)", "(not (exists (?loc - city) (loc ?t ?loc)))"),
        (
            "(= undefined (loc (driver ?t)))",
            "(exists (?driver - truck) (and (driver ?t ?driver)"
            " (not (exists (?loc - city) (loc ?driver ?loc)))))",
        ),
        (
            "(exists (?loc - city) (road ?loc (loc ?t)))",
            "(exists (?loc - city) (exists (?loc-2 - city)"
            " (and (loc ?t ?loc-2) (road ?loc ?loc-2))))",
        ),
    ],
)
def test_a_value_in_a_condition_is_an_atom_or_a_new_variable(text, written):
    assert condition(text) == written


@pytest.mark.parametrize(
    ("text", "written", "needed"),
    [
        (
            "(assign (loc ?t) ?c)",
            "(and (forall (?loc - city) (not (loc ?t ?loc))) (loc ?t ?c))",
            "(and)",
        ),
        (
            "(assign (loc ?t) undefined)",
            "(forall (?loc - city) (not (loc ?t ?loc)))",
            "(and)",
        ),
        (
            "(road ?c (loc ?t))",
            "(forall (?loc - city) (when (loc ?t ?loc) (road ?c ?loc)))",
            "(and (exists (?loc - city) (loc ?t ?loc)))",
        ),
        (
            "(not (road (base) (base)))",
            "(forall (?base - city) (when (base ?base) (not (road ?base ?base))))",
            "(and (exists (?base - city) (base ?base)))",
        ),
        (
            "(decrease (fuel ?t) (dist (loc ?t) ?c))",
            "(forall (?loc - city) (when (loc ?t ?loc) (decrease (fuel ?t) (dist ?loc ?c))))",
            "(and (exists (?loc - city) (loc ?t ?loc)))",
        ),
        (
            "(assign (loc (driver ?t)) (base))",
            "(forall (?driver - truck ?base - city) (when (and (driver ?t ?driver) (base ?base))"
            " (and (forall (?loc - city) (not (loc ?driver ?loc))) (loc ?driver ?base))))",
            "(and (exists (?driver - truck) (driver ?t ?driver))"
            " (exists (?base - city) (base ?base)))",
        ),
        (
            "(forall (?x - truck) (when (= (loc ?x) home) (road home (loc (driver ?x)))))",
            "(forall (?x - truck) (when (loc ?x home) (forall (?driver - truck ?loc - city)"
            " (when (and (driver ?x ?driver) (loc ?driver ?loc)) (road home ?loc)))))",
            "(and (forall (?x - truck) (imply (loc ?x home) (exists (?driver - truck ?loc - city)"
            " (and (driver ?x ?driver) (loc ?driver ?loc))))))",
        ),
        (
            "(forall (?x - city) (when (= (loc ?t) ?x) (road ?x home)))",
            "(forall (?x - city) (when (loc ?t ?x) (road ?x home)))",
            "(and)",
        ),
    ],
)
def test_an_effect_needs_the_values_that_it_reads(text, written, needed):
    assert effect(text) == (written, needed)


def test_durative_actions_need_values_when_they_read_them():
    task = read("""(:durative-action go :parameters (?t - truck) :duration (= ?duration 2)
      :condition (at start (= (base) (loc ?t)))
      :effect (and (at start (road home (loc ?t))) (at end (assign (loc ?t) (base)))))""")
    schema = task.durative_actions["go"]
    assert formula_text(schema.at_start) == (
        "(and (exists (?loc - city) (and (loc ?t ?loc) (base ?loc)))"
        " (exists (?loc - city) (loc ?t ?loc)))"
    )
    assert formula_text(schema.at_end) == "(and (exists (?base - city) (base ?base)))"


def test_rules_and_goals_may_read_values():
    task = read("(:derived (wet) (road (base) home))", goal="(= (loc (driver t)) a)")
    assert formula_text(task.axioms[0].body) == (
        "(exists (?base - city) (and (base ?base) (road ?base home)))"
    )
    assert formula_text(task.goal) == (
        "(exists (?driver - truck) (and (driver t ?driver) (loc ?driver a)))"
    )


def test_new_variables_differ_from_all_that_the_text_names():
    text = "(exists (?LOC ?loc-2 - city) (road (loc ?t) ?loc))"
    assert "(exists (?loc-3 - city) (and (loc ?t ?loc-3) (road ?loc-3 ?loc)))" in condition(text)


def test_an_object_may_be_called_undefined():
    domain = DOMAIN.format(sections="").replace("home - city", "home undefined - city")
    problem = PROBLEM.format(init="(= (loc t) undefined)", goal="(= (loc t) undefined)")
    task = read_task(Task(domain=domain, problem=problem))
    assert formula_text(task.goal) == "(loc t undefined)"
    assert task.init == {Literal("loc", ("t", "undefined"))}


def test_a_task_with_object_functions_is_written_so_that_it_reads_the_same():
    task = read(
        """(:derived (wet) (exists (?x - truck) (= (base) (loc (driver (driver ?x))))))
        (:action go :parameters (?t ?u - truck ?c - city)
          :precondition (and (road (loc ?t) ?c) (not (= (loc ?t) undefined)))
          :effect (and (assign (loc ?t) (loc ?u)) (assign (loc ?u) (loc ?t))
            (forall (?x - city) (when (road ?x (base)) (assign (loc ?t) ?x)))
            (when (wet) (assign (base) undefined))))""",
        init="(= (loc t) a) (= (loc u) undefined)",
        goal="(= (loc t) (loc u))",
    )
    again = write_task(task)
    assert read_task(again) == task
    assert write_task(read_task(again)) == again


@pytest.mark.parametrize(
    ("functions", "kind", "message"),
    [
        ("(f) - boat", TaskSemanticError, "no type is called `boat`"),
        ("(f) - city (f) - number", TaskSemanticError, "declared twice, with different"),
        ("(f) - city (f) - truck", TaskSemanticError, "declared twice, with different"),
        ("(f) - city (f ?x) - city", TaskSemanticError, "declared twice, with different"),
        ("(road ?a) - city", UnsupportedTask, "both called `road`"),
        ("- city (f)", TaskSyntaxError, "a dash stands between functions"),
        ("(f) - number - number", TaskSyntaxError, "a dash stands between functions"),
        ("(and) - number", TaskSemanticError, "is a word of PDDL"),
        ("()", TaskSyntaxError, "expected the name of a function"),
    ],
)
def test_what_is_wrong_in_a_declaration_is_named(functions, kind, message):
    domain = DOMAIN.format(sections="").replace("(loc ?t - truck) (base) - city", functions)
    with pytest.raises(kind) as caught:
        read_task(Task(domain=domain, problem=PROBLEM.format(init="", goal="(wet)")))
    assert message in caught.value.message
    assert caught.value.line == 5


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("(loc ?t ?c)", TaskSemanticError, "`loc` is a function: compare it"),
        ("(= (loc ?c) ?c)", TaskSemanticError, "`?c` is of type city, expected truck"),
        ("(= (loc) ?c)", TaskSemanticError, "`loc` takes 1 arguments, found 0"),
        ("(= (loc ?t) 5)", TaskSemanticError, "has objects as values, expected a number"),
        ("(>= (loc ?t) 5)", TaskSemanticError, "has objects as values, expected a number"),
        ("(road (fuel ?t) ?c)", TaskSemanticError, "has numbers as values, expected an object"),
        ("(road (+ 1 2) ?c)", TaskSyntaxError, "expected an object or a variable"),
        ("(road (at ?t) ?c)", TaskSemanticError, "no function is called `at`"),
        ("(= ?c undefined)", TaskSemanticError, "no constant is called `undefined`"),
        ("(= (loc ?t) (undefined))", TaskSemanticError, "no function is called `undefined`"),
    ],
)
def test_what_is_wrong_in_a_condition_is_named(text, kind, message):
    section = f"(:action act :parameters (?t ?u - truck ?c - city) :precondition {text})"
    with pytest.raises(kind) as caught:
        read(section)
    assert message in caught.value.message


def test_a_value_of_another_type_in_a_precondition_is_warned_of():
    section = "(:action act :parameters (?t ?u - truck) :precondition (= (loc ?t) ?u))"
    assert "`?u` is of type truck, expected city" in read(section).warnings[0].message


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("(loc ?t ?c)", TaskSemanticError, "`loc` is a function"),
        ("(not (= (loc ?t) ?c))", TaskSemanticError, "`=` stands in conditions"),
        ("(assign (loc ?t) ?o)", TaskSemanticError, "need not be of type city"),
        ("(assign (loc ?t) (driver ?t))", TaskSemanticError, "need not be of type city"),
        ("(assign (loc ?t) 5)", TaskSemanticError, "no constant is called `5`"),
        ("(increase (loc ?t) 5)", TaskSemanticError, "has objects as values, expected a number"),
        ("(assign (fuel ?t) ?c)", TaskSyntaxError, "expected a number"),
        ("(assign (fuel ?t) undefined)", TaskSemanticError, "no function is called `undefined`"),
    ],
)
def test_what_is_wrong_in_an_effect_is_named(text, kind, message):
    with pytest.raises(kind) as caught:
        read(f"(:action act :parameters (?t - truck ?c - city ?o) :effect {text})")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("init", "kind", "message"),
    [
        ("(= (loc t) a) (= (loc t) b)", TaskSemanticError, "two values, `a` and `b`"),
        ("(= (loc t) undefined) (= (loc t) b)", TaskSemanticError, "`undefined` and `b`"),
        ("(= (loc t) u)", TaskSemanticError, "`u` is of type truck, expected city"),
        ("(= (loc t) nowhere)", TaskSemanticError, "no object is called `nowhere`"),
        ("(= (loc t) 5)", TaskSemanticError, "no object is called `5`"),
        ("(= (loc t) (base))", UnsupportedTask, "the object function `(base …)` here"),
        ("(= (fuel (driver t)) 3)", UnsupportedTask, "the object function `(driver …)` here"),
        ("(road (loc t) a)", UnsupportedTask, "the object function `(loc …)` here"),
        ("(loc t a)", TaskSemanticError, "`loc` is a function"),
        ("(at 3 (= (loc t) a))", UnsupportedTask, "at a stated time"),
    ],
)
def test_what_is_wrong_in_init_is_named(init, kind, message):
    with pytest.raises(kind) as caught:
        read(init=init)
    assert message in caught.value.message
    assert caught.value.source == "problem"


def test_a_value_given_twice_is_one():
    assert read(init="(= (loc t) a) (= (loc t) a)").init == {Literal("loc", ("t", "a"))}


def test_object_functions_need_their_requirement():
    domain = DOMAIN.format(sections="").replace(":object-fluents", "")
    task = read_task(Task(domain=domain, problem=PROBLEM.format(init="", goal="(wet)")))
    assert "needs :object-fluents, which is not declared" in task.warnings[0].message
