from fractions import Fraction

import pytest

from planners.execution.changes import NumericChange
from planners.execution.ground import Condition, Effects
from planners.execution.mentions import Mentioned, Mentions
from planners.execution.meter import Meter
from planners.execution.mutex import TASK, Clash, Ledger
from planners.execution.numbers import Fixed, Fluent
from planners.execution.state import State
from planners.execution.world import World
from planners.pddl import read_task
from planners.pddl.formula import Atom, Imply, Or
from planners.task import Task

P, Q, N, M = ("p",), ("q",), ("n",), ("m",)
ONE = Fixed(1, "1")
WINDOW = Fraction(1, 10)
NOTHING = Mentioned()


def change(operator, term=N, amount=ONE):
    return Effects(changes=(NumericChange(operator, term, amount),))


def clash(first, second, *, later=Fraction(0), derived=False):
    """Enter two happenings, each given by what it mentions and changes."""
    ledger = Ledger(WINDOW, Meter(), derived=derived)
    state = State({P}, {N: 1, M: 1})
    assert ledger.enter(0, Fraction(1), *first, state) is None
    return ledger.enter(1, Fraction(1) + later, *second, state)


READS_P = (Mentioned(atoms={P}), Effects())
READS_N = (Mentioned(numbers={N}), Effects())
ADDS_P = (NOTHING, Effects(adds=frozenset({P})))
DELETES_P = (NOTHING, Effects(deletes=frozenset({P})))
RAISES_N = (NOTHING, change("increase"))
LOWERS_N = (NOTHING, change("decrease"))
SETS_N = (NOTHING, change("assign"))
SCALES_N = (NOTHING, change("scale-up"))
RAISES_M_BY_N = (NOTHING, change("increase", M, Fluent(N)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (READS_P, ADDS_P),
        (READS_P, DELETES_P),
        (ADDS_P, DELETES_P),
        (READS_N, RAISES_N),
        (READS_N, SETS_N),
        (SETS_N, SETS_N),
        (SETS_N, RAISES_N),
        (SCALES_N, SCALES_N),
        (RAISES_N, SCALES_N),
        (RAISES_M_BY_N, LOWERS_N),
    ],
)
def test_two_happenings_of_one_instant_interfere_in_either_order(first, second):
    assert clash(first, second) is not None
    assert clash(second, first) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (READS_P, READS_P),
        (ADDS_P, ADDS_P),
        (DELETES_P, DELETES_P),
        (READS_N, READS_N),
        (RAISES_N, LOWERS_N),
        (READS_P, RAISES_N),
        ((Mentioned(atoms={N}), Effects()), RAISES_N),
    ],
)
def test_two_happenings_that_commute_do_not_interfere(first, second):
    assert clash(first, second) is None
    assert clash(second, first) is None


def test_happenings_interfere_up_to_the_window_and_not_behind_it():
    assert clash(READS_P, DELETES_P, later=WINDOW) == Clash(0, "(p)")
    assert clash(READS_P, DELETES_P, later=WINDOW * 2) is None


def test_effects_count_where_their_condition_holds_and_then_alone():
    holds, fails = Condition(needs=frozenset({P})), Condition(bans=frozenset({P}))
    adds = Effects(adds=frozenset({Q}))
    reads = (Mentioned(atoms={Q}), Effects())
    assert clash(reads, (NOTHING, Effects(whens=((holds, adds),)))) is not None
    assert clash(reads, (NOTHING, Effects(whens=((fails, adds),)))) is None


def test_what_is_read_as_a_whole_interferes_with_all_of_its_predicate():
    reads_all = (Mentioned(heads={"p"}), Effects())
    assert clash(reads_all, ADDS_P, derived=True) == Clash(0, "(p)")
    assert clash(ADDS_P, reads_all, derived=True) == Clash(0, "(p)")
    assert clash(reads_all, RAISES_N, derived=True) is None


def test_what_the_task_states_interferes_with_steps_and_never_with_itself():
    ledger = Ledger(WINDOW, Meter(), derived=False)
    state = State({P}, {})
    assert ledger.enter(TASK, Fraction(1), *ADDS_P, state) is None
    assert ledger.enter(TASK, Fraction(1), *DELETES_P, state) is None
    assert ledger.enter(0, Fraction(1), *READS_P, state) == Clash(TASK, "(p)")
    assert ledger.enter(TASK, Fraction(1), *ADDS_P, state) == Clash(0, "(p)")


DERIVED = Task(
    domain="""(define (domain d)
      (:requirements :adl :derived-predicates :fluents)
      (:predicates (p) (q) (r) (fixed) (far)) (:functions (n) (k))
      (:derived (far) (or (far) (and (q) (> (n) 0))))
      (:action a :effect (and (p) (not (q)) (r) (increase (n) 1))))""",
    problem="(define (problem e) (:domain d) (:init (= (n) 0) (= (k) 0)) (:goal (p)))",
)


def mentioned(formula):
    found = Mentioned()
    Mentions(World(read_task(DERIVED)), Meter()).of_condition(formula, {}, found)
    return found


def test_a_condition_mentions_what_could_not_decide_it_too():
    either = Or((Atom("p"), Imply(Atom("fixed"), Atom("q"))))
    assert mentioned(either) == Mentioned(atoms={P, Q})


def test_a_derived_atom_mentions_all_that_its_rules_depend_on():
    assert mentioned(Atom("far")) == Mentioned(heads={"q", "n"})
