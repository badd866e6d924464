"""What the apprentice is told of offers: in its own words, about the task as it is."""

import pytest

from app.apprentice import vocabulary as say
from app.apprentice.measure import held_out
from app.evaluation.telling import Condition, rest_of, told
from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from app.modulo.offer import Kind, Offer
from planners import Invalid, Literal, Plan, Task, read_plan, verify
from planners.generators.blocksworld import generate

# c stands on a, b beside them; a is wanted on b.
TASK = Task(
    domain=generate(3, 1).domain,
    problem="""(define (problem three) (:domain blocksworld) (:objects a b c)
      (:init (handempty) (ontable a) (ontable b) (on c a) (clear c) (clear b))
      (:goal (and (on a b) (ontable c))))""",
)
FACTS = Offer(kind=Kind.FACTS, place=1, facts=(Literal("holding", ("a",)), Literal("handempty")))


def attempt(text: str) -> Attempt:
    plan = read_plan(text)
    return Attempt(
        number=1,
        round=1,
        ask=Ask(proposer="apprentice"),
        proposal=Proposal(text=text),
        reading=Reading(plan=plan),
        verdict=verify(TASK, plan),
    )


FAILED = attempt("(unstack c a)(pick-up a)(stack a b)")


@pytest.mark.parametrize("condition", Condition)
def test_the_first_call_is_the_same_under_every_condition(condition: Condition) -> None:
    (task,) = held_out(5, 1, seed=1)
    first = told(task, Condition.AFRESH, 7, None, None)
    assert told(task, condition, 7, None, None) == first
    assert first.content.endswith(say.PLAN)
    assert say.TRIED not in first.content


def test_afresh_nothing_is_told_of_an_attempt() -> None:
    assert told(TASK, Condition.AFRESH, 7, FAILED, None) == told(
        TASK, Condition.AFRESH, 7, None, None
    )


def test_landmarks_stand_where_open_goals_do() -> None:
    plain = told(TASK, Condition.FLAW, 7, FAILED, None)
    helped = told(TASK, Condition.LANDMARKS, 7, FAILED, FACTS)
    assert told(TASK, Condition.LANDMARKS, 7, FAILED, None) == plain
    head, _, rest = helped.content.partition(say.OPEN)
    assert f"{head}{say.PLAN}" == plain.content
    (symbol,) = [symbol for symbol, name in helped.names.items() if name == "a"]
    assert rest == f" holding {symbol}\n empty\nplan\n"


@pytest.mark.parametrize(
    ("text", "offer", "begun", "ahead"),
    [
        # The hand holds c: the rest begins before that, and its answer with taking c.
        ("(unstack c a)(pick-up a)(stack a b)", None, "(unstack c a)", 0),
        (
            "(unstack c a)(pick-up a)(stack a b)",
            Offer(kind=Kind.INSERT, place=1, steps=read_plan("(put-down c)").steps),
            # The last step would reach the goal, so it is left to the apprentice.
            "(unstack c a)(put-down c)(pick-up a)",
            2,
        ),
        (
            "(unstack c b)(put-down c)",
            Offer(kind=Kind.REPLACE, place=0, steps=read_plan("(unstack c a)").steps),
            "(unstack c a)(put-down c)",
            2,
        ),
        (
            "(pick-up a)(unstack c a)",
            Offer(kind=Kind.OMIT, place=0, steps=read_plan("(pick-up a)").steps),
            "(unstack c a)",
            0,
        ),
        (
            "(unstack c a)(pick-up a)",
            Offer(kind=Kind.SKETCH, place=1, steps=read_plan("(pick-up a)(put-down c)").steps),
            "(unstack c a)(put-down c)",
            2,
        ),
    ],
)
def test_the_rest_begins_behind_what_can_be_executed_and_what_is_offered(
    text: str, offer: Offer | None, begun: str, ahead: int
) -> None:
    steps, before, rest = rest_of(TASK, attempt(text), offer)
    assert steps == read_plan(begun).steps
    assert before == ahead
    there = verify(TASK, Plan(steps=steps[:before]))
    start = verify(rest, Plan(steps=()))
    assert isinstance(there, Invalid)
    assert isinstance(start, Invalid)
    assert start.state == there.state
    assert start.open_goals == there.open_goals


def test_its_answer_begins_with_the_steps_that_leave_a_block_in_the_hand() -> None:
    words = told(TASK, Condition.REST, 7, FAILED, None)
    (taken,) = [symbol for symbol, name in words.names.items() if name == "c"]
    (below,) = [symbol for symbol, name in words.names.items() if name == "a"]
    assert words.content.endswith(f"plan\n(unstack {taken} {below})\n")
    assert words.begun == read_plan("(unstack c a)").steps
