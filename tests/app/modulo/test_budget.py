import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from app.modulo.budget import Budget, Limit, Spent, further, left, reached, spent


def attempt(number: int, round_number: int, seconds: float = 1.0, tokens: int = 10) -> Attempt:
    return Attempt(
        number=number,
        round=round_number,
        ask=Ask(proposer="replay"),
        proposal=Proposal(text="", tokens=Tokens(prompt=tokens - 3, completion=3)),
        reading=Reading(plan=None),
        verdict=None,
        seconds=seconds,
    )


def test_attempts_made_side_by_side_cost_the_seconds_of_the_longest():
    trace = (attempt(1, 1, 2.0), attempt(2, 1, 5.0), attempt(3, 2, 1.0))
    assert spent(trace) == Spent(attempts=3, tokens=30, seconds=6.0)


def test_an_empty_trace_has_cost_nothing():
    assert spent(()) == Spent()


@pytest.mark.parametrize(
    ("so_far", "limit"),
    [
        (Spent(attempts=2, tokens=99, seconds=9.9), None),
        (Spent(attempts=3), Limit.ATTEMPTS),
        (Spent(tokens=100), Limit.TOKENS),
        (Spent(seconds=10.0), Limit.SECONDS),
        (Spent(attempts=3, tokens=100, seconds=10.0), Limit.ATTEMPTS),
    ],
)
def test_the_first_limit_reached_names_itself(so_far, limit):
    assert reached(Budget(attempts=3, tokens=100, seconds=10.0), so_far) is limit


def test_a_budget_without_tokens_or_seconds_has_no_such_limit():
    endless = Budget(attempts=3, tokens=None, seconds=None)
    assert reached(endless, Spent(tokens=10**9, seconds=10.0**9)) is None
    assert left(endless, Spent(tokens=5)) == endless


@given(st.integers(0, 50), st.integers(0, 10_000), st.floats(0, 1e6))
def test_what_is_left_is_never_below_zero(attempts, tokens, seconds):
    remaining = left(
        Budget(attempts=10, tokens=500, seconds=60.0),
        Spent(attempts=attempts, tokens=tokens, seconds=seconds),
    )
    assert remaining.attempts >= 0
    assert remaining.tokens is not None
    assert remaining.tokens >= 0
    assert remaining.seconds is not None
    assert remaining.seconds >= 0


@given(st.lists(st.integers(3, 500), max_size=12), st.data())
def test_adding_up_goes_on_where_it_ended_and_comes_to_the_same(tokens, data):
    trace = tuple(
        attempt(number, 1 + number // 3, tokens=cost) for number, cost in enumerate(tokens, 1)
    )
    known = data.draw(st.integers(0, len(trace)))
    whole = spent(trace)
    assert further(spent(trace[:known]), trace, seconds=whole.seconds) == whole
