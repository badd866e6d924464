from fractions import Fraction

import pytest

from planners.condition import Literal
from planners.errors import TaskError, TaskSemanticError, TaskSyntaxError, TaskTooLarge
from planners.pddl import read_task
from planners.pddl.formula import Atom, FunctionTerm
from planners.pddl.model import AtomEffect, LiftedTask, NumericEffect, TimedEffect
from planners.pddl.writing import write_task
from planners.task import Task

DOMAIN = """(define (domain gates)
  (:predicates (open ?g) (at ?x ?y) (never))
  (:functions (toll ?g) (count))
  (:action pass :parameters (?g) :precondition (open ?g)))"""
PROBLEM = """(define (problem two)
  (:domain gates)
  (:objects east west 5)
  (:init (open east) (= (count) 1)
    {})
  (:goal (open west)))"""
WEST = Atom("open", ("west",))


def task_of(init: str) -> Task:
    return Task(domain=DOMAIN, problem=PROBLEM.format(init))


def read(init: str) -> LiftedTask:
    return read_task(task_of(init))


def test_what_is_stated_for_a_time_is_read_in_order_of_time():
    task = read(
        "(at 7.5 (not (open west))) (at 2 (open west)) (at 7.5 (= (count) -3)) (at 2 (never))"
    )
    assert task.timed == (
        TimedEffect(Fraction(2), AtomEffect(WEST)),
        TimedEffect(Fraction(2), AtomEffect(Atom("never"))),
        TimedEffect(Fraction(15, 2), AtomEffect(WEST, positive=False)),
        TimedEffect(Fraction(15, 2), NumericEffect("assign", FunctionTerm("count"), Fraction(-3))),
    )
    assert task.init == {Literal("open", ("east",))}
    assert task.init_values == {FunctionTerm("count"): 1}
    assert task.temporal


def test_an_atom_of_a_predicate_at_is_told_from_a_time_by_its_shape():
    task = read("(at 5 west) (at east 5) (at 5 (open west))")
    assert Literal("at", ("5", "west")) in task.init
    assert Literal("at", ("east", "5")) in task.init
    assert task.timed == (TimedEffect(Fraction(5), AtomEffect(WEST)),)


def test_an_atom_of_a_predicate_at_may_be_stated_for_a_time():
    task = read("(at 5 (at 5 west))")
    assert task.timed == (TimedEffect(Fraction(5), AtomEffect(Atom("at", ("5", "west")))),)


def test_what_is_stated_for_time_0_holds_at_first_with_a_warning():
    task = read("(at 0 (open west)) (at 0.0 (= (toll west) 2)) (at 0 (not (never)))")
    assert Literal("open", ("west",)) in task.init
    assert task.init_values[FunctionTerm("toll", ("west",))] == 2
    assert (task.timed, task.temporal) == ((), False)
    assert "time 0 is taken to hold at first" in " ".join(map(str, task.warnings))


def test_what_is_stated_twice_for_one_time_counts_once_with_a_warning():
    task = read("(at 5 (open west)) (at 5.0 (open west))")
    assert len(task.timed) == 1
    assert "`(open west)` is stated twice for one time" in " ".join(map(str, task.warnings))


@pytest.mark.parametrize(
    ("init", "kind", "message"),
    [
        ("(at -1 (open west))", TaskSemanticError, "a time of at least 0, found `-1`"),
        ("(at 5 (flies))", TaskSemanticError, "no predicate is called `flies`"),
        ("(at 5 (open gate))", TaskSemanticError, "no object is called `gate`"),
        ("(at 5 ())", TaskSyntaxError, "expected an atom"),
        ("(at 5 (and (open west)))", TaskSyntaxError, "found `and`"),
        ("(at 5 (not (not (open west))))", TaskSyntaxError, "found `not`"),
        ("(at 5 (= (toll gate) 3))", TaskSemanticError, "no object is called `gate`"),
        ("(at 5 (= (toll west)))", TaskSyntaxError, "gives a number to a function"),
        ("(at 5 (= (toll west) (count)))", TaskSyntaxError, "expected a number"),
        ("(at 5 (increase (count) 1))", TaskSemanticError, "no predicate is called `increase`"),
        ("(at 5 (open west)) (at 5 (not (open west)))", TaskSemanticError, "two things are"),
        ("(at 5 (= (count) 1)) (at 5 (= (count) 2))", TaskSemanticError, "two things are"),
        ("(at 0 (not (open east)))", TaskSemanticError, "both true and false at first"),
        ("(at 0 (= (count) 2))", TaskSemanticError, "two values, 1 and 2"),
        ("(at 0 (at 5 (open west)))", TaskSyntaxError, "expected a literal at one time"),
        (f"(at {'9' * 200} (open west))", TaskTooLarge, "digits"),
    ],
)
def test_what_is_wrong_in_stated_times_is_named_with_its_place(init, kind, message):
    with pytest.raises(TaskError) as caught:
        read(init)
    assert isinstance(caught.value, kind)
    assert (caught.value.source, caught.value.line) == ("problem", 5)
    assert message in caught.value.message


def test_the_requirement_of_timed_literals_is_warned_of_when_missing():
    warnings = " ".join(map(str, read("(at 5 (open west))").warnings))
    assert "needs :timed-initial-literals" in warnings


def test_stated_times_are_written_so_that_they_read_the_same():
    task = read("(at 7.25 (not (open west))) (at 7.25 (= (toll east) 0.5)) (at 1 (at 5 west))")
    written = write_task(task)
    assert read_task(written) == task
    assert write_task(read_task(written)) == written
