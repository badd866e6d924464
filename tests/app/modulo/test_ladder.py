"""The ladder: when planners take over from the model, which, and from what plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Proposal, Reading, Trace
from app.modulo.budget import Budget
from app.modulo.strategies.autonomous import Autonomous
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.ladder import DEFAULT_RUNGS, Ladder, Rung
from app.modulo.strategies.resample import Resample
from tests.app.modulo.test_strategies import attempt

BATCH = Batch(proposer="model")
MODEL = Resample(batch=BATCH, width=4)
UNLIMITED = Budget(attempts=100, seconds=None)


def ladder(budget: Budget = UNLIMITED, **options) -> Ladder:
    options.setdefault("first", MODEL)
    return Ladder(rungs=DEFAULT_RUNGS, budget=budget, **options)


def made(number: int, proposer: str = "model", *, tokens: int = 0, seconds: float = 0.0) -> Attempt:
    return Attempt(
        number=number,
        round=number,
        ask=Ask(proposer=proposer),
        proposal=Proposal(text="", tokens=Tokens(completion=tokens)),
        reading=Reading(plan=None),
        verdict=None,
        seconds=seconds,
    )


def model_only(count: int, **cost) -> Trace:
    return tuple(made(number, **cost) for number in range(1, count + 1))


def asked(strategy: Ladder, trace: Trace) -> list[str]:
    return [ask.proposer for ask in strategy.next_round(trace)]


def test_the_model_is_asked_first():
    assert asked(ladder(after=6), ()) == ["model"] * 4


def test_the_models_last_round_is_cut_to_what_is_left_of_its_attempts():
    assert asked(ladder(after=6), model_only(4)) == ["model"] * 2


def test_behind_its_attempts_the_planners_are_asked_once_each_in_their_order():
    strategy, trace = ladder(after=6), model_only(6)
    for rung in ("repair", "complete", "plan"):
        assert asked(strategy, trace) == [f"planner:{rung}"]
        trace = (*trace, made(len(trace) + 1, f"planner:{rung}"))
    assert asked(strategy, trace) == []


def test_a_strategy_that_gives_up_leaves_the_rest_to_the_planners():
    strategy = ladder(first=Autonomous(proposer="model"))
    assert asked(strategy, model_only(1)) == ["planner:repair"]


@pytest.mark.parametrize(
    ("budget", "cost"),
    [
        (Budget(attempts=100, tokens=1000, seconds=None), {"tokens": 125}),
        (Budget(attempts=100, seconds=80.0), {"seconds": 10.0}),
    ],
)
def test_a_share_of_tokens_or_seconds_is_the_models(budget, cost):
    strategy = ladder(budget, share=0.5)
    assert asked(strategy, model_only(3, **cost)) == ["model"] * 4
    assert asked(strategy, model_only(4, **cost)) == ["planner:repair"]


def test_room_for_every_rung_is_left_in_the_budget_of_attempts():
    strategy = ladder(Budget(attempts=5, seconds=None), after=50)
    assert asked(strategy, ()) == ["model"] * 2
    assert asked(strategy, model_only(2)) == ["planner:repair"]


def test_the_model_has_one_attempt_even_where_the_rungs_fill_the_budget():
    assert asked(ladder(Budget(attempts=2, seconds=None)), ()) == ["model"]


def test_a_planner_starts_from_the_nearest_plan():
    trace = (attempt(1, "a", open_goals=3), attempt(2, "b", open_goals=1), attempt(3, None))
    (ask,) = ladder(after=3).next_round(trace)
    assert ask.after == 2
    (ask,) = ladder(after=3).next_round(model_only(3))
    assert ask.after is None


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 40))
def test_the_same_trace_gives_the_same_asks_and_never_more_than_the_budget(attempts, after, count):
    strategy = ladder(Budget(attempts=attempts, seconds=None), after=after)
    trace = model_only(count)
    asks = strategy.next_round(trace)
    assert asks == strategy.next_round(trace)
    models = [ask for ask in asks if ask.proposer == "model"]
    assert not models or count + len(models) <= max(1, min(after, attempts - len(DEFAULT_RUNGS)))


def test_seeds_of_planners_differ_from_session_to_session():
    (one,) = ladder(after=1).next_round(model_only(1))
    (other,) = replace(ladder(after=1), seed=1).next_round(model_only(1))
    assert one.seed != other.seed
    assert one.proposer == Rung.REPAIR.proposer
