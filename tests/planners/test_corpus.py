"""Plans written by hand, each with the flaws that it has (`tests/corpus`).

A plan begins with comments `; expect: valid, cost C` or, one for each flaw in the order in
which they are reported, `; expect: FLAW at step N: CONDITIONS`; steps count from 1 there.
"""

from pathlib import Path

import pytest

from planners import (
    Flaw,
    Invalid,
    Task,
    UndefinedValue,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    Verdict,
    read_plan,
    verify,
)

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
PLANS = sorted(CORPUS.glob("*/*.plan"))


def in_words(verdict: Verdict) -> list[str]:
    match verdict:
        case Valid(cost=cost):
            return [f"valid, cost {cost}"]
        case Invalid(flaw=flaw, also=also):
            return [flaw_in_words(each) for each in (flaw, *also)]


def flaw_in_words(flaw: Flaw) -> str:
    head = f"{type(flaw).__name__} at step {flaw.index + 1}"
    match flaw:
        case UnsatisfiedPrecondition(unmet=unmet) | UnsatisfiedGoal(unmet=unmet):
            return f"{head}: {' '.join(map(str, unmet))}"
        case UndefinedValue(term=term):
            return f"{head}: {term}"
    return head


@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_plan_of_the_corpus_gets_the_verdict_written_in_it(path):
    task = Task(
        domain=path.with_name("domain.pddl").read_text(encoding="utf-8"),
        problem=path.with_name("problem.pddl").read_text(encoding="utf-8"),
    )
    text = path.read_text(encoding="utf-8")
    mark = "; expect: "
    expected = [line[len(mark) :] for line in text.splitlines() if line.startswith(mark)]
    assert in_words(verify(task, read_plan(text))) == expected
