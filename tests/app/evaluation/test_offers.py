"""The comparison of what the apprentice is told: paired, counted, and reported as it is."""

import pytest

from app.apprentice.measure import held_out
from app.evaluation.offers import Run, Runs, compare, table
from app.evaluation.telling import Condition


async def test_runs_under_all_conditions_begin_with_the_same_call() -> None:
    compared = await compare(
        held_out(4, 3, seed=5), tokens=120, seed=5, conditions=tuple(Condition)
    )
    assert [runs.condition for runs in compared] == list(Condition)
    for runs in zip(*(each.runs for each in compared), strict=True):
        assert len({run.solved and run.calls == 1 for run in runs}) == 1
        assert all(run.tokens > 0 and run.calls > 0 for run in runs)


async def test_the_same_seed_gives_the_same_runs_but_for_time() -> None:
    found = []
    for _ in range(2):
        (runs,) = await compare(
            held_out(5, 2, seed=2), tokens=200, seed=2, conditions=(Condition.REPAIRED,)
        )
        found.append([(run.solved, run.calls, run.tokens) for run in runs.runs])
    assert found[0] == found[1]


def test_what_is_solved_past_the_tokens_is_not_solved_within_them() -> None:
    run = Run(solved=True, calls=3, tokens=600)
    assert run.within(600)
    assert not run.within(599)
    assert not Run(solved=False, calls=3, tokens=100).within(600)


def test_shares_and_differences_are_those_of_the_runs() -> None:
    flaw = Runs(
        condition=Condition.FLAW,
        runs=[
            Run(solved=True, calls=1, tokens=100),
            Run(solved=True, calls=3, tokens=700),
            Run(solved=False, calls=4, tokens=1_000),
        ],
    )
    helped = Runs(
        condition=Condition.LANDMARKS,
        runs=[
            Run(solved=True, calls=1, tokens=100),
            Run(solved=True, calls=2, tokens=300, offers=1, critic_seconds=0.002),
            Run(solved=True, calls=2, tokens=500, offers=1, critic_seconds=0.004),
        ],
    )
    every, left = table([flaw, helped], [500, 1_000]).split("tasks left by the first call: 2")
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in every.splitlines()[4:6]]
    assert [cell.split()[0] for cell in cells[0][1:3]] == ["33.3%", "66.7%"]
    assert [cell.split()[0] for cell in cells[1][1:4]] == ["100.0%", "100.0%", "33.3%"]
    assert cells[1][4:] == ["1.67", "300", "2", "3.0"]
    assert "50.0%" in left.splitlines()[4]


@pytest.mark.parametrize("condition", [Condition.AFRESH, Condition.FLAW, Condition.REST])
def test_where_nothing_is_offered_no_critic_is_asked(condition: Condition) -> None:
    assert condition.critic is None
