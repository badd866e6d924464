"""A formula is said in one sentence, with nothing lost."""

import pytest

from app.prompts.inline import said_inline
from app.prompts.lexicon import NaturalSpeech
from planners.pddl import read_task
from planners.task import Task


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("(at vase hall)", "vase is at hall"),
        ("(not (at vase hall))", "vase is not at hall"),
        ("(not (= hall attic))", "hall is not the same object as attic"),
        ("(not (or (alarm)))", "not (at least one of (alarm))"),
        (
            "(or (alarm) (and (sealed vase) (not (alarm))))",
            "at least one of (alarm; all of (sealed vase; not alarm))",
        ),
        ("(imply (alarm) (sealed vase))", "if (alarm) then (sealed vase)"),
        (
            "(exists (?d - crate ?r - (either room crate)) (and (sealed ?d) (seen ?r)))",
            "for at least one object ?d of type crate, for at least one object ?r of type room "
            "or crate: (all of (sealed ?d; seen ?r))",
        ),
        ("(forall (?x) (seen ?x))", "for each object ?x: (seen ?x)"),
        ("(or)", "at least one of ()"),
    ],
)
def test_formulas_are_said_by_rule(museum: Task, formula: str, said: str) -> None:
    assert said_inline(formula, NaturalSpeech(read_task(museum)).atom) == said
