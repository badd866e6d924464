import pickle

import pytest

from planners.errors import TaskError, TaskSemanticError, TaskSyntaxError, UnsupportedTask
from planners.pddl import read_task
from planners.pddl.formula import And, Parameter
from planners.pddl.model import ActionSchema, AndEffect
from planners.task import Task
from tests.planners.pddl.texts import read_yard, with_effect, with_precondition, yard


def test_an_action_may_lack_all_its_parts():
    assert read_yard("(:action wait)").actions == {
        "wait": ActionSchema(name="wait", parameters=(), precondition=And(), effect=AndEffect())
    }


@pytest.mark.parametrize("empty", ["()", "(and)"])
def test_an_empty_precondition_always_holds(empty):
    assert read_yard(with_precondition(empty)).actions["act"].precondition == And()


def test_sections_may_come_in_any_order():
    domain = """(define (domain d) (:action a :effect (p)) (:predicates (p) (q ?x - t))
        (:constants k - t) (:types t))"""
    task = read_task(Task(domain=domain, problem="(define (problem q) (:domain d) (:goal (q k)))"))
    assert task.predicates == {"p": (), "q": (Parameter("?x", ("t",)),)}


def test_names_are_read_in_lower_case():
    task = read_yard("(:Action GO :Parameters (?C - CRATE) :Effect (Marked ?c))")
    assert task.actions["go"].parameters == (Parameter("?c", ("crate",)),)


@pytest.mark.parametrize("name", ["name", "number", "at", "over", "increase", "always", "object"])
def test_a_predicate_may_be_called_like_a_word_that_is_no_connective(name):
    domain = f"""(define (domain d) (:predicates ({name} ?x) (g))
        (:action a :parameters (?x) :precondition ({name} ?x)
          :effect (and (not ({name} ?x)) (g))))"""
    problem = f"(define (problem q) (:domain d) (:objects o) (:init ({name} o)) (:goal (g)))"
    assert set(read_task(Task(domain=domain, problem=problem)).predicates) == {name, "g"}


@pytest.mark.parametrize(
    ("section", "kind", "message"),
    [
        ("(:action)", TaskSyntaxError, "expected the name of an action"),
        ("(:action ?x)", TaskSyntaxError, "found `?x`"),
        ("(:action a) (:action a)", TaskSemanticError, "two actions are called `a`"),
        ("(:action a :effect)", TaskSyntaxError, "nothing stands behind `:effect`"),
        ("(:action a :effect (free) :effect (free))", TaskSyntaxError, "twice"),
        ("(:action a :effects (free))", TaskSyntaxError, "found `:effects`"),
        ("(:action a :parameters ?x)", TaskSyntaxError, "in parentheses"),
        ("(:action a :parameters (x))", TaskSyntaxError, "a variable such as ?x"),
        ("(:action a :parameters (?x ?x))", TaskSemanticError, "stands twice"),
        ("(:action a :parameters (?x - boat))", TaskSemanticError, "no type is called `boat`"),
        ("(:action a :duration (= ?duration 1))", TaskSyntaxError, "found `:duration`"),
        ("(:predicates (b))", TaskSemanticError, "stands twice"),
        ("(:action a :vars (?x))", UnsupportedTask, "`:vars` in an action"),
        ("(:durative-action)", TaskSyntaxError, "behind `:durative-action`"),
        ("(:axiom :vars () :context (and) :implies (free))", UnsupportedTask, "PDDL 1.2"),
        ("(:process a)", UnsupportedTask, "processes"),
        ("(:event a)", UnsupportedTask, "events"),
        ("(:whatever)", UnsupportedTask, "`:whatever`"),
        ("(types a)", TaskSyntaxError, "expected a section"),
        ("types", TaskSyntaxError, "expected a section"),
        ("(:functions f)", TaskSyntaxError, "in parentheses"),
    ],
)
def test_what_is_wrong_in_a_domain_is_named(section, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(section)
    assert caught.value.source == "domain"
    assert caught.value.line == 6
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("effect", "kind", "message"),
    [
        ("(flies)", TaskSemanticError, "no predicate is called `flies`"),
        ("(at ?c)", TaskSemanticError, "`at` takes 2 arguments, found 1"),
        ("(at ?c ?p ?p)", TaskSemanticError, "`at` takes 2 arguments, found 3"),
        ("(at ?c ?q)", TaskSemanticError, "`?q` is not a parameter here"),
        ("(at ?c nowhere)", TaskSemanticError, "no constant is called `nowhere`"),
        ("(at ?p ?p)", TaskSemanticError, "`?p` is of type place, expected crate"),
        ("(at dock dock)", TaskSemanticError, "`dock` is of type place, expected crate"),
        ("(at ?c (f))", TaskSemanticError, "no function is called `f`"),
        ("(at ?c ())", TaskSyntaxError, "an object or a variable"),
        ("(= ?c ?c)", TaskSemanticError, "no effect changes"),
        ("(not (not (free)))", TaskSyntaxError, "`not` takes an atom"),
        ("(not (and (free)))", TaskSyntaxError, "`not` takes an atom"),
        ("(not (free) (free))", TaskSyntaxError, "takes 1 parts, found 2"),
        ("(when (free))", TaskSyntaxError, "takes 2 parts, found 1"),
        ("(forall ?x (free))", TaskSyntaxError, "in parentheses"),
        ("(or (free) (free))", UnsupportedTask, "non-deterministic"),
        ("(exists (?x) (free))", TaskSyntaxError, "stands in conditions"),
        ("(assign (f) 1)", TaskSemanticError, "no function is called `f`"),
        ("(not (decrease (f) 1))", TaskSyntaxError, "`not` takes an atom"),
        ("(probabilistic 0.5 (free))", UnsupportedTask, "probabilistic"),
        ("(increase (f) 1)", TaskSemanticError, "no function is called `f`"),
        ("free", TaskSyntaxError, "in parentheses"),
        ("((free))", TaskSyntaxError, "found `(free …)`"),
    ],
)
def test_what_is_wrong_in_an_effect_is_named(effect, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(with_effect(effect))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("condition", "kind", "message"),
    [
        ("(flies)", TaskSemanticError, "no predicate is called `flies`"),
        ("(at ?c)", TaskSemanticError, "`at` takes 2 arguments"),
        ("(imply (free))", TaskSyntaxError, "joins 2 parts"),
        ("(not)", TaskSyntaxError, "joins 1 parts"),
        ("(forall (?x - crate))", TaskSyntaxError, "joins 2 parts"),
        ("(exists (?x - boat) (free))", TaskSemanticError, "no type is called"),
        ("(exists (?x ?x) (free))", TaskSemanticError, "stands twice"),
        ("(>= (f) 1)", TaskSemanticError, "no function is called `f`"),
        ("(= (f) 1)", TaskSemanticError, "no function is called `f`"),
        ("(= ?c)", TaskSyntaxError, "joins 2 parts, found 1"),
        ("(or (preference x (free)))", TaskSyntaxError, "`preference` stands in `or`"),
        ("(over all (free))", TaskSyntaxError, "`over` stands in the conditions of durative"),
        ("(when (free) (free))", TaskSemanticError, "no predicate is called `when`"),
    ],
)
def test_what_is_wrong_in_a_condition_is_named(condition, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(with_precondition(condition))
    assert message in caught.value.message


def test_an_error_tells_line_and_column():
    with pytest.raises(TaskSemanticError) as caught:
        read_yard("  (:action a\n    :effect (and (free)\n      (flies)))")
    assert (caught.value.line, caught.value.column) == (8, 8)
    assert str(caught.value).startswith("domain, line 8, column 8: ")


@pytest.mark.parametrize("name", ["and", "or", "not", "imply", "forall", "exists", "when"])
def test_a_predicate_cannot_be_called_like_a_connective(name):
    domain = f"(define (domain d) (:predicates ({name} ?x)))"
    with pytest.raises(TaskSemanticError, match="is a word of PDDL"):
        read_task(Task(domain=domain, problem=""))


def test_a_precondition_that_no_object_fits_is_warned_of():
    task = read_yard(with_precondition("(marked dock)"))
    assert "`dock` is of type place, expected heavy" in str(task.warnings[0])


def test_an_effect_on_a_wider_type_is_warned_of():
    task = read_yard(with_effect("(marked ?c)"))
    assert "`?c` is of type crate, expected heavy" in str(task.warnings[0])


def test_a_variable_of_a_quantifier_may_hide_a_parameter_of_another_type():
    effect = "(forall (?p - crate ?c - place) (at ?p ?c))"
    assert read_yard(with_effect(effect)).warnings[0].message.endswith("which is not declared")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(define (problem yard))", "expected `(domain NAME)`, found `problem`"),
        ("(define domain yard)", "expected `(define (domain NAME) …)`"),
        ("(domain yard)", "expected `(define (domain NAME) …)`"),
        ("(define (domain))", "expected `(domain NAME)`"),
        ("(define (domain ?x))", "expected the name of the domain"),
        ("()", "expected `(define (domain NAME) …)`"),
    ],
)
def test_a_text_that_is_no_domain_is_refused(text, message):
    with pytest.raises(TaskSyntaxError) as caught:
        read_task(Task(domain=text, problem=""))
    assert message in caught.value.message


@pytest.mark.parametrize("requirement", [":open-world", ":true-negation"])
def test_a_requirement_that_changes_the_meaning_is_refused(requirement):
    domain = f"(define (domain d) (:requirements {requirement}))"
    with pytest.raises(UnsupportedTask, match=requirement):
        read_task(Task(domain=domain, problem=""))


def test_missing_requirements_are_warned_of_by_name():
    task = read_yard(
        "(:action a :parameters (?c - crate) :precondition (and (not (free)) (or (free) (= ?c ?c)))"
        " :effect (when (free) (free)))"
    )
    assert [warning.message.split(" needs ")[1] for warning in task.warnings] == [
        ":negative-preconditions, which is not declared",
        ":disjunctive-preconditions, which is not declared",
        ":equality, which is not declared",
        ":conditional-effects, which is not declared",
    ]


def test_a_predicate_declared_twice_must_stay_the_same():
    once = "(define (domain d) (:predicates (p ?x - object) (p ?y)))"
    problem = "(define (problem q) (:domain d) (:goal (and)))"
    assert read_task(Task(domain=once, problem=problem)).warnings
    with pytest.raises(TaskSemanticError, match="declared twice"):
        read_task(Task(domain=once.replace("(p ?y)", "(p)"), problem=problem))


def test_an_error_survives_the_way_to_another_process():
    with pytest.raises(TaskError) as caught:
        read_task(yard("(:action)"))
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert type(again) is type(caught.value)
