import pytest

from planners.condition import Compound, Literal
from planners.execution.diagnosis import Diagnosis
from planners.execution.state import State
from planners.execution.world import World
from planners.pddl.formula import And, Atom, Exists, Forall, Imply, Not, Or, Parameter
from tests.planners.pddl.texts import read_yard

WORLD = World(read_yard())
HOLDING = {("at", "c1", "dock"), ("free",)}
FREE = Atom("free")
HERE, THERE = Atom("at", ("?c", "dock")), Atom("at", ("?c", "quay"))
CRATES = (Parameter("?c", ("crate",)),)


def unmet(formula):
    return Diagnosis(WORLD, State(set(HOLDING), {})).unmet(formula, {"?c": "c1"})


@pytest.mark.parametrize(
    "formula",
    [
        HERE,
        FREE,
        And(),
        Or((THERE, FREE)),
        Not(THERE),
        Imply(THERE, HERE),
        Exists(CRATES, HERE),
        Forall(CRATES, Not(THERE)),
        Not(Forall(CRATES, HERE)),
        Not(Exists(CRATES, THERE)),
        Atom("=", ("?c", "c1")),
    ],
)
def test_nothing_is_unmet_in_a_formula_that_holds(formula):
    assert unmet(formula) == ()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (THERE, ["(at c1 quay)"]),
        (Not(HERE), ["(not (at c1 dock))"]),
        (And((HERE, THERE, Not(FREE))), ["(at c1 quay)", "(not (free))"]),
        (And((THERE, THERE)), ["(at c1 quay)"]),
        (Not(Or((HERE, THERE, FREE))), ["(not (at c1 dock))", "(not (free))"]),
        (Not(Imply(HERE, FREE)), ["(not (free))"]),
        (Imply(HERE, THERE), ["(imply (at c1 dock) (at c1 quay))"]),
        (Not(And((HERE, FREE))), ["(not (and (at c1 dock) (free)))"]),
        (Forall(CRATES, HERE), ["(at c2 dock)", "(at big dock)"]),
        (Not(Exists(CRATES, HERE)), ["(not (at c1 dock))"]),
        (Exists(CRATES, THERE), ["(exists (?c - crate) (at ?c quay))"]),
        (Not(Forall(CRATES, Not(THERE))), ["(not (forall (?c - crate) (not (at ?c quay))))"]),
        (Or(), ["(or)"]),
        (Not(And()), ["(not (and))"]),
        (Not(Atom("=", ("?c", "c1"))), ["(not (= c1 c1))"]),
        (Atom("=", ("?c", "c2")), ["(= c1 c2)"]),
    ],
)
def test_what_is_unmet_is_named_ground(formula, expected):
    assert [str(condition) for condition in unmet(formula)] == expected


def test_of_several_options_the_one_that_lacks_least_is_told():
    options = Or((And((THERE, Not(FREE))), Atom("at", ("c2", "dock"))))
    (found,) = unmet(options)
    assert isinstance(found, Compound)
    assert found.nearest == (Literal("at", ("c2", "dock")),)


def test_a_formula_too_wide_to_be_looked_at_is_named_as_a_whole():
    variables = tuple(Parameter(f"?v{number}") for number in range(12))
    wide = Forall(variables, FREE)
    assert unmet(wide) == (Compound(str_of(wide)),)


def str_of(formula):
    names = " ".join(parameter.name for parameter in formula.parameters)
    return f"(forall ({names}) (free))"
