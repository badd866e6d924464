"""Second opinions in the loop: what another validator disputes is no answer."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
import pytest_asyncio

from app.modulo.assurance import Assurance, reached
from app.modulo.attempt import Feedback
from app.modulo.budget import Budget
from app.modulo.critique import Opinion
from app.modulo.events import AttemptFinished, Disagreement, Exhausted, Failed, Solved
from app.modulo.loop import Modulo
from app.modulo.proposer import Verifier
from app.prompts.feedback import tell
from app.prompts.lexicon import PddlSpeech
from app.proposers.replay import Replay
from app.reading import AnswerReader
from planners import Plan, Task, Valid, Verdict
from planners.opinion import SecondOpinion, Stand
from planners.referee import Referee
from planners.validators import unified
from planners.workers import VerifierThreads
from tests.app.modulo.lamps import GOOD, HALF, TASK, TWICE, events_of, one_by_one

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Gullible:
    """A verifier with a fault: it finds every plan valid."""

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        return Valid(cost=Fraction(len(plan.steps)), steps=len(plan.steps))


class Fixed:
    """A referee whose validators always take the same stands."""

    def __init__(self, *stands: Stand) -> None:
        self.stands = stands
        self.asked = 0

    async def judge(self, task: Task, plan: Plan, verdict: Verdict) -> Sequence[SecondOpinion]:
        self.asked += 1
        return [
            SecondOpinion(validator=f"v{place}", version="1", stand=stand, reason=f"{stand}")
            for place, stand in enumerate(self.stands)
        ]


class Broken(Fixed):
    async def judge(self, task: Task, plan: Plan, verdict: Verdict) -> Sequence[SecondOpinion]:
        raise RuntimeError("a referee must not raise")


def refereed(texts: Sequence[str], referee, verifier: Verifier | None = None) -> Modulo:
    return Modulo(
        strategy=one_by_one(),
        proposers={"replay": Replay(texts)},
        reader=AnswerReader(),
        verifier=verifier or VerifierThreads(),
        referee=referee,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unified_planning():
    async with Referee(version=unified.installed()) as opened:
        yield opened


async def test_a_wrong_plan_that_the_verifier_accepts_is_caught_and_the_loop_goes_on(
    unified_planning,
):
    loop = refereed([HALF, TWICE, GOOD], unified_planning, Gullible())
    events = await events_of(loop, Budget(attempts=9))
    assert [event.attempt.number for event in events if isinstance(event, Disagreement)] == [1, 2]
    outcome = events[-1]
    assert isinstance(outcome, Solved)
    assert outcome.attempt == 3
    assert outcome.assurance is Assurance.DOUBLE


async def test_a_wrong_plan_that_the_verifier_accepts_is_never_solved(unified_planning):
    events = await events_of(
        refereed([HALF, HALF], unified_planning, Gullible()), Budget(attempts=2)
    )
    assert isinstance(events[-1], Exhausted)
    assert not [event for event in events if isinstance(event, Solved)]


async def test_without_a_referee_no_opinion_is_had_and_the_assurance_is_single():
    events = await events_of(refereed([GOOD], None), Budget(attempts=1))
    assert isinstance(events[-1], Solved)
    assert (events[-1].opinions, events[-1].assurance) == ((), Assurance.SINGLE)


async def test_where_every_validator_abstains_the_answer_says_single_and_why():
    referee = Fixed(Stand.ABSTAINS, Stand.ABSTAINS)
    events = await events_of(refereed([GOOD], referee), Budget(attempts=1))
    outcome = events[-1]
    assert isinstance(outcome, Solved)
    assert outcome.assurance is Assurance.SINGLE
    assert [opinion.reason for opinion in outcome.opinions] == ["abstains", "abstains"]


@pytest.mark.parametrize(
    ("stands", "assurance"),
    [
        ((), Assurance.SINGLE),
        ((Stand.ABSTAINS,), Assurance.SINGLE),
        ((Stand.AGREES,), Assurance.DOUBLE),
        ((Stand.AGREES, Stand.ABSTAINS), Assurance.DOUBLE),
        ((Stand.AGREES, Stand.DISAGREES), Assurance.SINGLE),
    ],
)
async def test_one_that_agrees_is_enough_and_one_that_disagrees_is_too_much(stands, assurance):
    opinions = await Fixed(*stands).judge(TASK, Plan(steps=()), Valid(cost=Fraction(0), steps=0))
    assert reached(opinions) is assurance


async def test_a_dispute_stands_in_the_attempt_as_a_hard_rejection_that_the_model_is_told():
    events = await events_of(refereed([GOOD], Fixed(Stand.DISAGREES)), Budget(attempts=1))
    finished, disagreement, outcome = events[1:]
    assert isinstance(finished, AttemptFinished)
    assert disagreement == Disagreement(attempt=finished.attempt)
    assert isinstance(outcome, Exhausted)
    (critique,) = finished.attempt.critiques
    assert (critique.hard, critique.opinion) == (True, Opinion.REJECT)
    told = tell(TASK, finished.attempt, (finished.attempt,), Feedback.FIRST_FLAW, PddlSpeech())
    assert "independent validator" in told


async def test_a_dispute_over_an_invalid_plan_is_told_and_changes_nothing_else():
    events = await events_of(refereed([HALF], Fixed(Stand.DISAGREES)), Budget(attempts=1))
    assert isinstance(events[2], Disagreement)
    assert events[2].attempt.critiques == ()
    assert isinstance(events[-1], Exhausted)


async def test_a_referee_that_breaks_ends_the_session_as_failed():
    events = await events_of(refereed([GOOD], Broken()), Budget(attempts=1))
    assert isinstance(events[-1], Failed)


async def test_an_accepted_attempt_of_a_log_is_looked_at_again_before_it_is_an_answer():
    whole = await events_of(refereed([GOOD], Fixed(Stand.AGREES)), Budget(attempts=3))
    trace = tuple(event.attempt for event in whole if isinstance(event, AttemptFinished))
    again = Fixed(Stand.AGREES)
    assert await events_of(refereed([], again), Budget(attempts=3), trace) == [whole[-1]]
    assert again.asked == 1
    disputed = await events_of(
        refereed([GOOD, HALF, HALF], Fixed(Stand.DISAGREES)), Budget(attempts=3), trace
    )
    assert isinstance(disputed[0], Disagreement)
    assert isinstance(disputed[-1], Exhausted)
