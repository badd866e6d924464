from fractions import Fraction

import pytest

from planners.pddl import read_task
from planners.pddl.model import Atom, Exists, FunctionTerm, Increase, Parameter
from planners.pddl.writing import effect_text, formula_text, write_task
from tests.planners.pddl.texts import yard

ALL_OF_IT = """(:functions (total-cost) (load ?c - crate) - number)
(:action all :parameters (?c - (either crate place) ?p - place)
  :precondition (and (free) (not (= ?c ?p)) (or) (imply (free) (exists () (free)))
    (forall (?c - heavy ?d - crate) (marked ?c)))
  :effect (and (free) (not (free)) (increase (total-cost) -0.05)
    (forall (?k - crate) (when (at ?k ?p)
      (and (increase (total-cost) (load ?k)) (at ?k dock))))))"""


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
    effect = Increase(FunctionTerm("total-cost"), Fraction(amount))
    assert effect_text(effect) == f"(increase (total-cost) {written})"


def test_a_number_that_is_no_decimal_is_refused():
    with pytest.raises(ValueError, match="1/3"):
        effect_text(Increase(FunctionTerm("total-cost"), Fraction(1, 3)))
