from fractions import Fraction

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from planners.errors import TaskError
from planners.pddl import read_task
from planners.pddl.formula import Atom, Exists, FunctionTerm, Parameter
from planners.pddl.model import NumericEffect
from planners.pddl.notation import effect_text, formula_text
from planners.pddl.reading import read_task_anew
from planners.pddl.writing import write_task
from planners.task import Task
from tests.planners.pddl.texts import yard

ALL_OF_IT = """(:functions (total-cost) (load ?c - crate) - number)
(:action all :parameters (?c - (either crate place) ?p - place)
  :precondition (and (free) (not (= ?c ?p)) (or) (imply (free) (exists () (free)))
    (forall (?c - heavy ?d - crate) (marked ?c)))
  :effect (and (free) (not (free)) (increase (total-cost) -0.05)
    (forall (?k - crate) (when (at ?k ?p)
      (and (increase (total-cost) (load ?k)) (at ?k dock))))))"""

NUMBERS = """(define (domain numbers) (:types crate place)
  (:predicates (at ?c - crate ?p - place) (near ?p ?q - place) (stuck ?c - crate))
  (:functions (total-cost) (load ?c - crate) - number (spot ?c - crate) (home) - place)
  (:derived (near ?p ?q) (exists (?r - place) (and (near ?p ?r) (near ?r ?q))))
  (:derived (stuck ?c) (not (near (spot ?c) (home))))
  (:action go :parameters (?c ?d - crate ?p - place)
    :precondition (and (near (spot ?c) ?p) (>= (load ?c) (- (+ 1 (load ?d) .5) (/ 3 -2.0)))
      (not (= (load ?c) 3)) (not (= (spot ?d) undefined)) (imply (stuck ?c) (= (spot ?d) (home))))
    :effect (and (increase (load ?c) (* 2 (load ?d) (- 3))) (assign (spot ?c) ?p)
      (forall (?e - crate) (when (at ?e (spot ?d)) (and (assign (spot ?e) (home))
        (scale-up (load ?e) 2) (decrease (total-cost) (load ?e)))))
      (not (at ?c (spot ?d))))))"""
NUMBERED = """(define (problem p) (:domain numbers) (:objects c d - crate p q - place)
  (:init (at c p) (= (load c) 1.50) (= (load d) -3) (= (spot c) p) (= (home) q))
  (:goal (and (= (spot c) q) (not (stuck c)) (< (load c) (load d)) (= (+ 1 2 3) 6)
    (preference soon (at c q))))
  (:metric maximize (- (load c) (* 10 (is-violated soon)))))"""
# Words that may mostly stand for each other, and others.
ALIKE = (
    ("<", "<=", "=", ">=", ">"),
    ("+", "-", "*", "/"),
    ("increase", "decrease", "assign", "scale-up", "scale-down"),
    ("and", "or", "not"),
    ("forall", "exists"),
    ("?c", "?d", "?e", "c", "d"),
    ("1", "2", ".5", "3", "-2.0", "10", "-0", "00.10", "undefined"),
    ("maximize", "minimize"),
    ("crate", "place", "object", "number"),
)
SCRAPS = ("(", ")", "()", "imply", "1e2", "total-cost", "(home)", "(spot ?c)", ":derived", "near")


@st.composite
def mutants(draw: st.DrawFn, text: str) -> str:
    """Put other words in place of some."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    places = [at for at, word in enumerate(words) if any(word in alike for alike in ALIKE)]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.sampled_from(places))
        alike = next((alike for alike in ALIKE if words[at] in alike), SCRAPS)
        words[at] = draw(st.sampled_from(SCRAPS if draw(st.integers(0, 9)) == 9 else alike))
    return " ".join(words)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_is_read_is_written_so_that_it_reads_the_same(data):
    texts = Task(domain=data.draw(mutants(NUMBERS)), problem=data.draw(mutants(NUMBERED)))
    try:
        task = read_task_anew(texts)
    except TaskError:
        event("refused")
        return
    again = write_task(task)
    assert read_task_anew(again) == task
    assert write_task(read_task_anew(again)) == again


def test_numbers_rules_and_functions_are_written_so_that_they_read_the_same():
    task = read_task(Task(domain=NUMBERS, problem=NUMBERED))
    again = write_task(task)
    assert read_task(again) == task
    assert write_task(read_task(again)) == again


def test_a_task_is_written_so_that_it_reads_the_same():
    task = read_task(yard(ALL_OF_IT, problem="(:metric minimize (total-cost))"))
    again = write_task(task)
    assert read_task(again) == task
    assert write_task(read_task(again)) == again


def test_free_variables_are_replaced_and_bound_ones_are_not():
    formula = Exists((Parameter("?x"),), Atom("on", ("?x", "?y")))
    text = formula_text(formula, {"?x": "a", "?y": "b"})
    assert text == "(exists (?x) (on ?x b))"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Fraction(3), "3"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(25, 2), "12.5"),
        (Fraction(0), "0"),
    ],
)
def test_numbers_are_written_as_decimals(amount, written):
    effect = NumericEffect("increase", FunctionTerm("total-cost"), Fraction(amount))
    assert effect_text(effect) == f"(increase (total-cost) {written})"


def test_a_number_that_is_no_decimal_is_refused():
    with pytest.raises(ValueError, match="1/3"):
        effect_text(NumericEffect("increase", FunctionTerm("total-cost"), Fraction(1, 3)))
