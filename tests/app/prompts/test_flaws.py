"""Each flaw is said in words that name the step and what is wrong with it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prompts.flaws import MOST_FACTS, facts_in_words, flaw_in_words, objects_of
from app.prompts.lexicon import NaturalSpeech, PddlSpeech, Speech
from planners import (
    Cause,
    Compound,
    ConflictingEffects,
    DivisionByZero,
    Flaw,
    Inequality,
    Interference,
    Literal,
    PlanFlaw,
    Step,
    Task,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    ViolatedConstraint,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)
from planners.pddl import read_task

STEP = Step(action="stack", arguments=("a", "b"))


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        (
            UnknownAction(index=2, step=STEP, known=("pick-up", "put-down")),
            "Step 3, (stack a b), names an action that the domain does not have: stack. "
            "Its actions are: pick-up, put-down.",
        ),
        (
            UnknownObject(index=0, step=STEP, name="b"),
            "Step 1, (stack a b), names an object that the problem does not have: b.",
        ),
        (
            WrongArguments(index=0, step=STEP, expected=1),
            "Step 1, (stack a b), gives stack 2 arguments; it takes 1.",
        ),
        (
            WrongType(
                index=0,
                step=STEP,
                name="b",
                parameter="?y",
                expected=("block", "table"),
                found=("arm",),
            ),
            "Step 1, (stack a b), gives b for ?y of stack, which must be of type block or "
            "table; b is of type arm.",
        ),
        (
            UnsatisfiedPrecondition(
                index=0,
                step=STEP,
                unmet=(Literal("clear", ("b",)), Literal("on", ("a", "b"), positive=False)),
            ),
            "Step 1, (stack a b), cannot be executed. Conditions that must hold before it and "
            "do not: (clear b); (not (on a b)).",
        ),
        (
            UnsatisfiedPrecondition(
                index=0,
                step=STEP,
                unmet=(Compound("(or (clear b) (arm-empty))", (Literal("arm-empty"),)),),
            ),
            "Step 1, (stack a b), cannot be executed. Conditions that must hold before it and "
            "do not: (or (clear b) (arm-empty)) (the option that lacks least lacks: "
            "(arm-empty)).",
        ),
        (
            UnsatisfiedPrecondition(
                index=3,
                step=STEP,
                unmet=(Literal("clear", ("b",)),),
                causes=(Cause(literal=Literal("clear", ("b",)), undone_by=1, step=STEP),),
            ),
            "Step 4, (stack a b), cannot be executed. Conditions that must hold before it and "
            "do not: (clear b) (undone by step 2).",
        ),
        (
            UnsatisfiedPrecondition(
                index=0,
                step=STEP,
                unmet=(Inequality("(>= (fuel t) (need a))", Fraction(5, 2), None),),
            ),
            "Step 1, (stack a b), cannot be executed. Conditions that must hold before it and "
            "do not: (>= (fuel t) (need a)) (found 2.5 on the left, no value on the right).",
        ),
        (
            UnsatisfiedPrecondition(
                index=0,
                step=STEP,
                unmet=(Literal("lit"),),
                time=Fraction(7, 2),
                phase="over all",
            ),
            "Step 1, (stack a b), cannot be executed. Conditions that must hold all the time "
            "between its start and its end, also at time 3.5, and do not: (lit).",
        ),
        (
            DivisionByZero(index=0, step=STEP, term="(/ 1 (fuel t))"),
            "Step 1, (stack a b), cannot be executed: its effect divides by zero in "
            "(/ 1 (fuel t)).",
        ),
        (
            ConflictingEffects(index=0, step=STEP, term="(fuel t)"),
            "Step 1, (stack a b), cannot be executed: its effects give (fuel t) two values.",
        ),
        (
            WrongDuration(
                index=0,
                step=STEP,
                found=Fraction(4),
                expected=(Inequality("(= ?duration 5)", Fraction(4), Fraction(5)),),
            ),
            "Step 1, (stack a b), is given the duration 4, which does not meet: (= ?duration 5).",
        ),
        (
            WrongDuration(index=0, step=STEP, found=None, expected=()),
            "Step 1, (stack a b), gives no duration in brackets, such as [5].",
        ),
        (
            WrongDuration(index=0, step=STEP, found=Fraction(1, 3), expected=()),
            "Step 1, (stack a b), takes no time, and is given the duration 1/3.",
        ),
        (
            WrongTime(index=0, step=STEP, reason="a temporal plan gives each step a time"),
            "Step 1, (stack a b), cannot stand there: a temporal plan gives each step a time.",
        ),
        (
            Interference(
                index=1, step=STEP, other=0, other_step=STEP, term="(clear b)", time=Fraction(2)
            ),
            "Step 2, (stack a b), gets in the way of step 1, (stack a b), at time 2: one changes "
            "(clear b), and the other needs or changes it at the same time.",
        ),
        (
            ViolatedConstraint(index=2, constraint="(always (clear a))"),
            "All its steps can be executed, but the states passed through do not meet a "
            "constraint: (always (clear a)).",
        ),
        (
            UndefinedValue(index=4, step=STEP, term="(weight a)"),
            "Step 5, (stack a b), cannot be executed: it needs the value of (weight a), which "
            "has none.",
        ),
        (
            UnsatisfiedGoal(index=4, unmet=(Literal("on", ("a", "b")),)),
            "All its steps can be executed. Parts of the goal that do not hold at the end: "
            "(on a b).",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_flaw_is_said_with_its_step_counted_from_1(flaw: Flaw, said: str) -> None:
    assert flaw_in_words(flaw, PddlSpeech()) == said


def test_a_flaw_is_said_in_natural_language_too(blocks: Task) -> None:
    flaw = UnsatisfiedPrecondition(
        index=0, step=STEP, unmet=(Literal("on", ("a", "b")), Literal("arm-empty", positive=False))
    )
    assert flaw_in_words(flaw, NaturalSpeech(read_task(blocks))).endswith(
        "do not: a is on b; not arm empty."
    )


def test_a_long_list_of_conditions_says_how_many_more_there_are() -> None:
    unmet = tuple(Literal("clear", (f"b{number}",)) for number in range(30))
    said = flaw_in_words(UnsatisfiedGoal(index=0, unmet=unmet), PddlSpeech())
    assert said.endswith("(clear b19); and 10 more.")


def test_a_state_leaves_out_what_no_step_can_change() -> None:
    state = (Literal("clear", ("a",)), Literal("road", ("a", "b")))
    said = facts_in_words(state, frozenset(), frozenset({"clear"}), PddlSpeech())
    assert said == "(clear a). (What no step can change is as the problem says.)"


def test_a_large_state_tells_first_what_is_near_and_how_much_it_leaves_out() -> None:
    state = tuple(Literal("clear", (f"b{number:03}",)) for number in range(200))
    said = facts_in_words(state, frozenset({"b177"}), frozenset({"clear"}), PddlSpeech())
    assert said.startswith("(clear b177); (clear b000);")
    assert said.count("(clear ") == MOST_FACTS
    assert said.endswith(f"({200 - MOST_FACTS} more facts hold there that are not listed.)")


def test_an_empty_state_is_said_to_be_so() -> None:
    said = facts_in_words((), frozenset(), frozenset({"clear"}), PddlSpeech())
    assert said == "none of what steps can change."


def test_objects_are_found_in_steps_and_conditions() -> None:
    compound = Compound("(or …)", (Literal("clear", ("c",)),))
    assert objects_of(STEP, Literal("on", ("b", "d")), compound) == {"a", "b", "c", "d"}


NAMES = st.text(min_size=1)
LITERALS = st.builds(Literal, NAMES, st.lists(NAMES, max_size=3).map(tuple), st.booleans())
FORMULAS = st.sampled_from(["(or (clear a) (on a b))", "(exists (?x - object) (clear ?x))", "(or)"])
CONDITIONS = st.recursive(
    LITERALS,
    lambda inner: st.builds(Compound, FORMULAS, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)
UNMET = st.lists(CONDITIONS, max_size=25).map(tuple)
STEPS = st.builds(Step, action=NAMES, arguments=st.lists(NAMES, max_size=4).map(tuple))
INDEXES = st.integers(0, 10**6)
FLAWS = st.one_of(
    st.builds(UnknownAction, index=INDEXES, step=STEPS, known=st.lists(NAMES).map(tuple)),
    st.builds(UnknownObject, index=INDEXES, step=STEPS, name=NAMES),
    st.builds(WrongArguments, index=INDEXES, step=STEPS, expected=st.integers(0, 9)),
    st.builds(
        WrongType,
        index=INDEXES,
        step=STEPS,
        name=NAMES,
        parameter=NAMES,
        expected=st.lists(NAMES, min_size=1).map(tuple),
        found=st.lists(NAMES, min_size=1).map(tuple),
    ),
    st.builds(UnsatisfiedPrecondition, index=INDEXES, step=STEPS, unmet=UNMET),
    st.builds(UndefinedValue, index=INDEXES, step=STEPS, term=NAMES),
    st.builds(UnsatisfiedGoal, index=INDEXES, unmet=UNMET),
    st.builds(DivisionByZero, index=INDEXES, step=STEPS, term=NAMES),
    st.builds(ConflictingEffects, index=INDEXES, step=STEPS, term=NAMES),
    st.builds(WrongTime, index=INDEXES, step=STEPS, reason=NAMES),
    st.builds(
        Interference,
        index=INDEXES,
        step=STEPS,
        other=INDEXES,
        other_step=STEPS,
        term=NAMES,
        time=st.fractions(min_value=0),
    ),
    st.builds(ViolatedConstraint, index=INDEXES, constraint=NAMES),
)


@given(flaw=FLAWS, natural=st.booleans())
def test_any_flaw_is_said_on_one_line_whatever_its_names(
    blocks: Task, flaw: Flaw, natural: bool
) -> None:
    speech: Speech = NaturalSpeech(read_task(blocks)) if natural else PddlSpeech()
    said = flaw_in_words(flaw, speech)
    assert "\n" not in said
    assert len(said) < 20_000
    if not isinstance(flaw, PlanFlaw):
        assert said.startswith(f"Step {flaw.index + 1}, ")
