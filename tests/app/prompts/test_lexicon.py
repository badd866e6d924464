"""What is said of atoms can be traced back to them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prompts.lexicon import NaturalSpeech, PddlSpeech
from planners.condition import Compound, Literal
from planners.pddl.formula import And, FunctionTerm, Parameter
from planners.pddl.model import LiftedTask


def speech_of(arities: dict[str, int], objects: tuple[str, ...]) -> NaturalSpeech:
    return NaturalSpeech(
        LiftedTask(
            domain_name="d",
            problem_name="p",
            types={"object": ()},
            objects=dict.fromkeys(objects, ("object",)),
            predicates={
                name: tuple(Parameter(f"?x{place}") for place in range(arity))
                for name, arity in arities.items()
            },
            actions={},
            init=frozenset(),
            goal=And(),
        )
    )


@pytest.mark.parametrize(
    ("predicate", "terms", "said", "negated"),
    [
        ("arm-empty", (), "arm empty", "not arm empty"),
        ("clear", ("b",), "clear b", "not clear b"),
        ("on", ("a", "b"), "a is on b", "a is not on b"),
        ("in_city", ("a", "b"), "a is in city b", "a is not in city b"),
        ("next-to", ("?x", "b"), "?x is next to b", "?x is not next to b"),
        ("carries", ("a", "b"), "carries a b", "not carries a b"),
        ("not-clear", ("b",), "(not-clear b)", "not (not-clear b)"),
        ("is", ("b",), "(is b)", "not (is b)"),
        ("-odd", ("b",), "(-odd b)", "not (-odd b)"),
        ("=", ("a", "b"), "a is the same object as b", "a is not the same object as b"),
    ],
)
def test_atoms_are_said_by_rule(
    predicate: str, terms: tuple[str, ...], said: str, negated: str
) -> None:
    speech = speech_of({predicate: len(terms)}, ("a", "b"))
    assert speech.atom(predicate, terms) == said
    assert speech.atom(predicate, terms, positive=False) == negated


def test_names_that_would_sound_alike_keep_their_pddl_form() -> None:
    speech = speech_of({"lift-at": 1, "lift_at": 1, "pick-up": 1}, ("a",))
    assert speech.atom("lift-at", ("a",)) == "(lift-at a)"
    assert speech.atom("lift_at", ("a",)) == "(lift_at a)"
    assert speech.atom("pick-up", ("a",)) == "pick up a"


def test_a_name_is_not_taken_apart_where_an_object_is_called_like_a_part_of_it() -> None:
    speech = speech_of({"lift-at": 1, "lift": 2}, ("at", "f1"))
    assert speech.atom("lift-at", ("f1",)) == "(lift-at f1)"
    assert speech.atom("lift", ("at", "f1")) == "lift at f1"


def test_a_condition_that_is_no_literal_is_said_as_a_whole() -> None:
    condition = Compound("(or (clear a) (clear b))", (Literal("clear", ("a",)),))
    speech = speech_of({"clear": 1}, ("a", "b"))
    assert speech.condition(condition) == "at least one of (clear a; clear b)"
    assert PddlSpeech().condition(condition) == condition.formula


def test_pddl_is_said_as_pddl() -> None:
    speech = PddlSpeech()
    assert speech.atom("on", ("a", "?x"), positive=False) == "(not (on a ?x))"
    assert speech.value(FunctionTerm("length", ("a", "b"))) == "(length a b)"


WORDS = st.sampled_from(["at", "on", "is", "not", "to", "in", "a", "b", "x", "lift", "so", ""])
NAMES = st.lists(WORDS, min_size=1, max_size=3).map("-".join).filter(bool)


@given(
    arities=st.dictionaries(NAMES, st.integers(0, 3), min_size=1, max_size=5),
    objects=st.lists(NAMES, min_size=1, max_size=3, unique=True),
)
def test_different_atoms_are_said_differently(arities: dict[str, int], objects: list[str]) -> None:
    speech = speech_of(arities, tuple(objects))
    atoms = [
        (predicate, terms, positive)
        for predicate, arity in arities.items()
        for terms in product(objects, repeat=arity)
        for positive in (True, False)
    ]
    said = {
        speech.atom(predicate, terms, positive=positive) for predicate, terms, positive in atoms
    }
    assert len(said) == len(atoms)
