from fractions import Fraction

import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge, UnsupportedTask
from planners.pddl import read_task
from planners.pddl.formula import Arithmetic, Atom, Comparison, FunctionTerm, Not
from planners.pddl.model import LiftedTask, NumericEffect
from planners.task import Task
from tests.planners.pddl.texts import read_yard, with_effect, with_precondition

FUNCTIONS = "(:functions (load ?c - crate) (way ?a ?b - place) - number (total))"
LOAD = FunctionTerm("load", ("?c",))
TOTAL = FunctionTerm("total")


def condition(text: str):
    return read_yard(FUNCTIONS + with_precondition(text)).actions["act"].precondition


def effect(text: str):
    return read_yard(FUNCTIONS + with_effect(text)).actions["act"].effect


def missing(task: LiftedTask) -> list[str]:
    ending = ", which is not declared"
    return [
        warning.message.removesuffix(ending).rsplit(maxsplit=1)[-1]
        for warning in task.warnings
        if warning.message.endswith(ending)
    ]


@pytest.mark.parametrize("operator", ["<", "<=", "=", ">=", ">"])
def test_numbers_are_compared(operator):
    found = condition(f"({operator} (load ?c) 2.50)")
    assert found == Comparison(operator, LOAD, Fraction(5, 2))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("-3", Fraction(-3)),
        ("0.1", Fraction(1, 10)),
        ("9007199254740993", Fraction(2**53 + 1)),
        ("(total)", TOTAL),
        ("total", TOTAL),
        ("(- 3)", Arithmetic("-", (Fraction(3),))),
        ("(- (load ?c) 3)", Arithmetic("-", (LOAD, Fraction(3)))),
        ("(+ 1 2 (load ?c))", Arithmetic("+", (Fraction(1), Fraction(2), LOAD))),
        ("(* 1 (/ 2 3) 4)", Arithmetic("*", (1, Arithmetic("/", (2, 3)), 4))),
    ],
)
def test_expressions_are_read_exactly(text, expression):
    assert condition(f"(<= {text} total)") == Comparison("<=", expression, TOTAL)
    assert effect(f"(assign (load ?c) {text})") == NumericEffect("assign", LOAD, expression)


def test_an_equality_is_of_numbers_where_one_side_can_only_be_a_number():
    assert condition("(= (load ?c) total)") == Comparison("=", LOAD, TOTAL)
    assert condition("(= 3 (- 3))") == Comparison("=", Fraction(3), Arithmetic("-", (3,)))
    assert condition("(= total total)") == Comparison("=", TOTAL, TOTAL)
    assert condition("(= ?c ?p)") == Atom("=", ("?c", "?p"))


def test_a_word_that_names_an_object_is_no_number_by_itself():
    domain = """(define (domain d) (:constants 5 total) (:functions (load ?x) (total))
      (:action act :parameters (?c)
        :precondition (and (= ?c 5) (= 5 total) (= (load 5) 5) (= (load 5) total) (= 6 5))))"""
    task = read_task(Task(domain=domain, problem="(define (problem q) (:goal (and)))"))
    load = FunctionTerm("load", ("5",))
    assert task.actions["act"].precondition.operands == (
        Atom("=", ("?c", "5")),
        Atom("=", ("5", "total")),
        Comparison("=", load, Fraction(5)),
        Comparison("=", load, TOTAL),
        Comparison("=", Fraction(6), Fraction(5)),
    )


def test_a_negated_comparison_needs_negative_preconditions_alone():
    domain = FUNCTIONS + with_precondition("(not (> (load ?c) total))")
    task = read_yard(domain)
    assert task.actions["act"].precondition == Not(Comparison(">", LOAD, TOTAL))
    assert missing(task) == [":negative-preconditions", ":numeric-fluents"]


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        (
            "1e2",
            TaskSyntaxError,
            "expected a number such as 5, 0.25 or `(total-cost)`, found `1e2`",
        ),
        ("?c", TaskSyntaxError, "found `?c`"),
        ("dock", TaskSyntaxError, "found `dock`"),
        ("()", TaskSyntaxError, "found `()`"),
        ("(5)", TaskSyntaxError, "found `(5 …)`"),
        ("((total))", TaskSyntaxError, "found a parenthesis"),
        ("(+ 1)", TaskSyntaxError, "`+` takes 2 or more numbers, found 1"),
        ("(-)", TaskSyntaxError, "`-` takes 1 to 2 numbers, found 0"),
        ("(/ 1 2 3)", TaskSyntaxError, "`/` takes 2 numbers, found 3"),
        ("(load)", TaskSemanticError, "`load` takes 1 arguments, found 0"),
        ("(load ?p)", TaskSemanticError, "`?p` is of type place, expected crate"),
        ("(weight ?c)", TaskSemanticError, "no function is called `weight`"),
        ("nothing", TaskSemanticError, "no function is called `nothing`"),
        ("(at ?c ?p)", TaskSemanticError, "no function is called `at`"),
        ("#t", UnsupportedTask, "continuous effects"),
        ("(* 2 #t)", UnsupportedTask, "continuous effects"),
        ("?duration", TaskSyntaxError, "found `?duration`"),
        ("(total-time)", TaskSemanticError, "no function is called `total-time`"),
        ("(is-violated p)", TaskSemanticError, "no function is called `is-violated`"),
        ("9" * 101, TaskTooLarge, "digits"),
    ],
)
def test_what_is_no_number_is_named(expression, kind, message):
    for section in (
        with_precondition(f"(>= (load ?c) {expression})"),
        with_effect(f"(increase (load ?c) {expression})"),
    ):
        with pytest.raises(kind) as caught:
            read_yard(FUNCTIONS + section)
        assert message in caught.value.message
        assert caught.value.line == 6


@pytest.mark.parametrize("operator", ["increase", "decrease", "assign", "scale-up", "scale-down"])
def test_every_numeric_effect_changes_any_function(operator):
    assert effect(f"({operator} (load ?c) (load ?c))") == NumericEffect(operator, LOAD, LOAD)
    assert effect(f"({operator} total 2)") == NumericEffect(operator, TOTAL, Fraction(2))


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("(increase (load ?c))", TaskSyntaxError, "`increase` takes 2 parts, found 1"),
        ("(increase ?c 4)", TaskSyntaxError, "expected a function"),
        ("(scale-up (at ?c ?p) 2)", TaskSemanticError, "no function is called `at`"),
        ("(decrease (way ?p ?c) 2)", TaskSemanticError, "expected place"),
    ],
)
def test_what_is_wrong_in_a_numeric_effect_is_named(text, kind, message):
    with pytest.raises(kind) as caught:
        effect(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("(increase (total-cost) (way ?p ?p))", ":action-costs"),
        ("(increase (total-cost) 3)", ":action-costs"),
        ("(increase (total-cost) (+ 1 2))", ":numeric-fluents"),
        ("(decrease (total-cost) 3)", ":numeric-fluents"),
        ("(increase (load ?c) 3)", ":numeric-fluents"),
    ],
)
def test_numeric_fluents_are_needed_beyond_action_costs_alone(text, requirement):
    functions = FUNCTIONS.replace("(total)", "(total-cost)")
    assert requirement in missing(read_yard(functions + with_effect(text)))


@pytest.mark.parametrize("declared", [":fluents", ":numeric-fluents"])
def test_numeric_fluents_cover_action_costs(declared):
    domain = f"""(define (domain d) (:requirements {declared}) (:functions (total-cost))
      (:action act :effect (increase (total-cost) 1)))"""
    problem = "(define (problem q) (:init (= (total-cost) 0)) (:goal (and)))"
    assert missing(read_task(Task(domain=domain, problem=problem))) == []
