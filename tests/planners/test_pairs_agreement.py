"""The verifier against the naive interpreter on every pair of small things that can meet."""

from fractions import Fraction
from itertools import product

import pytest

from planners import Invalid, Literal, Plan, Step, Valid
from planners.pddl.formula import (
    And,
    Atom,
    Comparison,
    Exists,
    Formula,
    FunctionTerm,
    Imply,
    Not,
    Or,
)
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Axiom,
    Effect,
    LiftedTask,
    NumericEffect,
    When,
)
from tests.planners.agreement import assert_agree

X, Y = FunctionTerm("x"), FunctionTerm("y")
P, Q, D = Atom("p"), Atom("q"), Atom("d")
OPERATORS = ("increase", "decrease", "assign", "scale-up", "scale-down")
AMOUNTS = (Fraction(2), Fraction(3), Fraction(0), X, Y, FunctionTerm("nothing"))

# What one of two steps does: a condition and an effect.
TOUCHES: dict[str, tuple[Formula, Effect]] = {
    "reads": (P, AndEffect()),
    "reads the negation": (Or((Not(P), Not(Q), Q)), AndEffect()),
    "mentions in what is true anyway": (Or((P, Atom("=", ("o", "o")))), AndEffect()),
    "mentions below a quantifier": (Exists((), And((P,))), AndEffect()),
    "mentions in an implication": (Imply(P, Not(Q)), AndEffect()),
    "reads what is derived": (D, AndEffect()),
    "adds": (And(), AtomEffect(P)),
    "deletes": (And(), AtomEffect(P, positive=False)),
    "deletes and adds": (And(), AndEffect((AtomEffect(P, positive=False), AtomEffect(P)))),
    "adds where it holds": (And(), When(P, AtomEffect(Q))),
    "adds where it does not": (And(), When(Not(P), AtomEffect(P))),
    "touches another": (Q, AtomEffect(Q)),
    "compares": (Comparison(">", X, Fraction(0)), AndEffect()),
    "raises": (And(), NumericEffect("increase", X, Fraction(1))),
    "lowers": (And(), NumericEffect("decrease", X, Fraction(1, 2))),
    "assigns": (And(), NumericEffect("assign", X, Fraction(1))),
    "scales": (And(), NumericEffect("scale-up", X, Fraction(2))),
    "raises by it": (And(), NumericEffect("increase", Y, X)),
    "raises it by itself": (And(), NumericEffect("increase", X, X)),
}


def task_of(
    first: tuple[Formula, Effect], second: tuple[Formula, Effect], init: str = ""
) -> LiftedTask:
    return LiftedTask(
        domain_name="d",
        problem_name="q",
        types={"object": ()},
        objects={"o": ("object",)},
        constants=frozenset({"o"}),
        predicates={"p": (), "q": (), "d": ()},
        functions={"x": (), "y": (), "nothing": ()},
        axioms=(Axiom("d", (), Or((P, Comparison(">", X, Fraction(0))))),),
        actions={
            name: ActionSchema(name=name, parameters=(), precondition=needed, effect=effect)
            for name, (needed, effect) in (("a", first), ("b", second))
        },
        init=frozenset(map(Literal, init)),
        init_values={X: Fraction(5), Y: Fraction(7)},
        goal=And(),
    )


def plan_at(*starts: str) -> Plan:
    names = "ab"[: len(starts)]
    steps = (
        Step(action=name, start=Fraction(start)) for name, start in zip(names, starts, strict=True)
    )
    return Plan(steps=tuple(steps))


@pytest.mark.parametrize("operators", [*product(OPERATORS, OPERATORS)], ids=" and ".join)
def test_two_changes_of_one_number_in_one_step_join_or_conflict_as_naively(operators):
    seen = set()
    for amounts in product(AMOUNTS, AMOUNTS):
        pairs = zip(operators, amounts, strict=True)
        both = AndEffect(tuple(NumericEffect(operator, X, amount) for operator, amount in pairs))
        verdict = assert_agree(task_of((And(), both), (And(), AndEffect())), plan_at("1"))
        seen.add(type(verdict.flaw).__name__ if isinstance(verdict, Invalid) else "Valid")
    assert "UndefinedValue" in seen
    assert {"ConflictingEffects", "Valid"} & seen


@pytest.mark.parametrize("first", TOUCHES)
def test_two_steps_near_each_other_interfere_as_naively(first):
    for second, init in product(TOUCHES.values(), ("", "p", "pq")):
        task = task_of(TOUCHES[first], second, init)
        for starts in (("1", "1"), ("1", "1.0001"), ("1", "1.00011")):
            assert_agree(task, plan_at(*starts))


def test_some_pairs_interfere_and_some_do_not():
    both = TOUCHES["adds"], TOUCHES["deletes"]
    assert isinstance(assert_agree(task_of(*both), plan_at("1", "1")), Invalid)
    both = TOUCHES["raises"], TOUCHES["lowers"]
    assert isinstance(assert_agree(task_of(*both), plan_at("1", "1")), Valid)
