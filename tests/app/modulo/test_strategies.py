from hypothesis import given
from hypothesis import strategies as st

from app.modulo.attempt import Ask, Attempt, Feedback, History, Proposal, Reading
from app.modulo.ranking import best, nearness, repeats
from app.modulo.strategies.autonomous import Autonomous
from app.modulo.strategies.backprompt import Backprompt
from app.modulo.strategies.batch_repair import BatchRepair
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from planners import Plan, Step
from planners.condition import Literal
from planners.verdict import Invalid, UnsatisfiedGoal

BATCH = Batch(proposer="model", variants=("pddl", "natural"), seed=7)


def attempt(
    number: int, plan: str | None, *, open_goals: int = 1, executed: int = 0, round_number: int = 0
) -> Attempt:
    """Make an attempt whose plan is one step of that name; None is a reply without a plan."""
    goals = tuple(Literal("g", (str(place),)) for place in range(open_goals))
    flaw = UnsatisfiedGoal(index=1, unmet=goals)
    verdict = Invalid(flaw=flaw, executed=executed, state=(), open_goals=goals)
    return Attempt(
        number=number,
        round=round_number or number,
        ask=Ask(proposer="model"),
        proposal=Proposal(text=plan or "sorry"),
        reading=Reading(plan=Plan(steps=(Step(action=plan),)) if plan else None),
        verdict=verdict if plan else None,
    )


def test_autonomous_asks_once_at_temperature_zero():
    strategy = Autonomous(proposer="model")
    (ask,) = strategy.next_round(())
    assert ask.temperature == 0.0
    assert strategy.next_round((attempt(1, "a"),)) == ()


def test_resample_feeds_nothing_back_and_never_stops_by_itself():
    strategy = Resample(batch=BATCH, width=3)
    trace = tuple(attempt(number, "a") for number in range(1, 31))
    assert all(ask.after is None for ask in strategy.next_round(trace))
    assert len(strategy.next_round(trace)) == 3


def test_no_two_attempts_of_a_session_share_a_seed():
    seeds = [BATCH.fresh(number).seed for number in range(1, 200)]
    neighbour = Batch(proposer="model", seed=8)
    seeds += [neighbour.fresh(number).seed for number in range(1, 200)]
    assert len(set(seeds)) == len(seeds)


def test_backprompt_tells_the_flaw_of_the_last_attempt():
    strategy = Backprompt(batch=BATCH, feedback=Feedback.BINARY, history=History.FULL)
    (ask,) = strategy.next_round((attempt(1, "a"), attempt(2, "b")))
    assert (ask.after, ask.feedback, ask.history) == (2, Feedback.BINARY, History.FULL)


def test_backprompt_stops_after_its_rounds():
    strategy = Backprompt(batch=BATCH, rounds=2)
    assert strategy.next_round((attempt(1, "a"), attempt(2, "b"))) == ()


def test_backprompt_starts_afresh_after_a_repeat_and_after_a_reply_without_a_plan():
    strategy = Backprompt(batch=BATCH)
    assert strategy.next_round((attempt(1, "a"), attempt(2, "a")))[0].after is None
    assert strategy.next_round((attempt(1, "a"), attempt(2, None)))[0].after is None


def test_the_papers_backprompt_goes_on_after_a_repeat():
    strategy = Backprompt(batch=BATCH, afresh_on_repeat=False)
    assert strategy.next_round((attempt(1, "a"), attempt(2, "a")))[0].after == 2


def test_batch_repair_starts_with_a_batch_of_mixed_temperatures_and_wordings():
    asks = BatchRepair(batch=BATCH).next_round(())
    assert [ask.temperature for ask in asks] == [0.0, 0.6, 0.8, 1.0]
    assert [ask.variant for ask in asks] == ["pddl", "natural", "pddl", "natural"]
    assert all(ask.after is None for ask in asks)


def test_batch_repair_repairs_the_two_nearest_failures_twice_each():
    trace = (
        attempt(1, "a", open_goals=3, round_number=1),
        attempt(2, "b", open_goals=1, executed=2, round_number=1),
        attempt(3, "c", open_goals=1, executed=5, round_number=1),
        attempt(4, "d", open_goals=2, round_number=1),
    )
    asks = BatchRepair(batch=BATCH).next_round(trace)
    assert [ask.after for ask in asks] == [3, 3, 2, 2]
    assert {ask.history for ask in asks} == {History.LAST}


def test_batch_repair_starts_afresh_where_there_is_nothing_new_to_repair():
    trace = (
        attempt(1, "a", round_number=1),
        attempt(2, "a", round_number=1),
        attempt(3, None, round_number=1),
        attempt(4, None, round_number=1),
    )
    asks = BatchRepair(batch=BATCH).next_round(trace)
    assert [ask.after for ask in asks] == [1, 1, None, None]


def test_batch_repair_ends_with_one_fresh_batch():
    rounds = [
        tuple(
            attempt(4 * made + place, f"p{made}{place}", round_number=made + 1)
            for place in range(1, 5)
        )
        for made in range(5)
    ]
    strategy = BatchRepair(batch=BATCH)
    after_repairs = sum(rounds[:4], ())
    assert [ask.after for ask in strategy.next_round(after_repairs)] == [None] * 4
    assert strategy.next_round(sum(rounds, ())) == ()


plans = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(0, 5), st.integers(0, 5)),
    max_size=24,
)


@given(plans)
def test_a_strategy_is_pure_and_asks_after_attempts_that_exist(made):
    trace = tuple(
        attempt(number, plan, open_goals=goals, executed=steps, round_number=(number + 3) // 4)
        for number, (plan, goals, steps) in enumerate(made, 1)
    )
    for strategy in (BatchRepair(batch=BATCH), Backprompt(batch=BATCH), Resample(batch=BATCH)):
        asks = strategy.next_round(trace)
        assert asks == strategy.next_round(trace)
        for ask in asks:
            if ask.after is not None:
                parent = trace[ask.after - 1]
                assert parent.plan is not None
                assert not repeats(trace, parent)


def test_the_nearest_attempt_has_fewest_open_goals_then_most_steps_executed():
    trace = (
        attempt(1, None),
        attempt(2, "a", open_goals=2, executed=9),
        attempt(3, "b", open_goals=1, executed=1),
        attempt(4, "c", open_goals=1, executed=4),
        attempt(5, "d", open_goals=1, executed=4),
    )
    assert best(trace) is trace[3]
    assert best(trace[:1]) is None
    assert nearness(trace[0]) < nearness(trace[1]) < nearness(trace[2]) < nearness(trace[3])
