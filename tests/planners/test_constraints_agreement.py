"""The verifier against the naive interpreter on every short run of every kind of constraint."""

from fractions import Fraction
from itertools import product

import pytest

from planners import Invalid, Literal, Plan, Step, Valid
from planners.pddl.formula import And, Atom
from planners.pddl.model import ActionSchema, AndEffect, AtomEffect, LiftedTask, Trajectory
from tests.planners.agreement import assert_agree

P, Q = Atom("p"), Atom("q")
# Which of both atoms a step leaves true, in its name.
STATES = ("none", "p", "q", "pq")
TIMES = ((1, 2, 4), (2, 3, 5))
KINDS = (
    *(Trajectory(kind, (P,)) for kind in ("at-end", "always", "sometime", "at-most-once")),
    *(Trajectory(kind, (P, Q)) for kind in ("sometime-after", "sometime-before")),
    Trajectory("within", (P,), (Fraction(2),)),
    Trajectory("always-within", (P, Q), (Fraction(1),)),
    Trajectory("always-within", (P, Q), (Fraction(2),)),
    Trajectory("hold-during", (P,), (Fraction(2), Fraction(4))),
    Trajectory("hold-during", (P,), (Fraction(0), Fraction(2))),
    Trajectory("hold-during", (P,), (Fraction(3), Fraction(3))),
    Trajectory("hold-after", (P,), (Fraction(2),)),
)


def task_of(constraint: Trajectory, init: str) -> LiftedTask:
    return LiftedTask(
        domain_name="d",
        problem_name="q",
        types={"object": ()},
        objects={},
        predicates={"p": (), "q": ()},
        actions={
            name: ActionSchema(
                name=name,
                parameters=(),
                precondition=And(),
                effect=AndEffect((AtomEffect(P, "p" in name), AtomEffect(Q, "q" in name))),
            )
            for name in STATES
        },
        init=frozenset(map(Literal, init)),
        goal=And(),
        constraints=(constraint,),
    )


@pytest.mark.parametrize(
    "constraint", KINDS, ids=lambda each: " ".join(map(str, (each.kind, *each.times)))
)
def test_a_constraint_is_kept_or_violated_as_naively(constraint):
    runs = [run for length in range(4) for run in product(STATES, repeat=length)]
    seen = set()
    for init, (number, run) in product(("", "p"), enumerate(runs)):
        times = TIMES[number % len(TIMES)]
        steps = (
            Step(action=name, start=Fraction(time)) for name, time in zip(run, times, strict=False)
        )
        verdict = assert_agree(task_of(constraint, init), Plan(steps=tuple(steps)))
        seen.add(type(verdict))
    never = constraint.times == (Fraction(3), Fraction(3))
    assert seen == ({Valid} if never else {Valid, Invalid})
