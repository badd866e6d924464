"""The page on backprompts shows what is really said."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from app.critics.cost_bound import CostBound
from app.critics.landmarks import Landmarks
from app.critics.nearest_repair import NearestRepair
from app.critics.relaxed_plan import RelaxedPlan
from app.modulo.attempt import Attempt, Feedback, Unread
from app.modulo.critique import Critic
from app.prompts import feedback, flaws, offers, quoting, task_wording
from app.prompts.feedback import tell
from app.prompts.lexicon import NaturalSpeech, PddlSpeech, Speech
from planners import Task
from planners.pddl import read_task

Make = Callable[..., Attempt]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "backprompts.md"
SOLVING = "(unstack c a)(put-down c)(pick-up b)(stack b c)(pick-up a)(stack a b)"


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """The texts of the page by their names."""
    blocks = re.findall(r"^```text (\w+)\n(.*?)\n```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return dict(blocks)


def said(task: Task, attempt: Attempt, *earlier: Attempt, level: Feedback) -> str:
    return tell(task, attempt, (*earlier, attempt), level, PddlSpeech())


@pytest.mark.parametrize("level", [level for level in Feedback if level is not Feedback.NONE])
def test_the_page_shows_each_level(
    shown: dict[str, str], blocks: Task, make_attempt: Make, level: Feedback
) -> None:
    assert said(blocks, make_attempt(blocks, shown["plan"]), level=level) == shown[level.value]


def test_the_page_shows_natural_language(
    shown: dict[str, str], blocks: Task, make_attempt: Make
) -> None:
    attempt = make_attempt(blocks, shown["plan"])
    speech: Speech = NaturalSpeech(read_task(blocks))
    told = tell(blocks, attempt, (attempt,), Feedback.FIRST_FLAW_AND_STATE, speech)
    assert told == shown["natural"]


def test_the_page_shows_what_other_answers_are_told(
    shown: dict[str, str], blocks: Task, make_attempt: Make
) -> None:
    level = Feedback.FIRST_FLAW
    impossible = make_attempt(blocks, None, claims_unsolvable=True)
    assert said(blocks, impossible, level=level) == shown["impossible"]
    lines = (Unread(line=2, text="stack a onto b", reason="expected (action object …)"),)
    assert said(blocks, make_attempt(blocks, None, unread=lines), level=level) == shown["unread"]
    first, again = (make_attempt(blocks, shown["plan"], number=number) for number in (1, 2))
    assert said(blocks, again, first, level=Feedback.BINARY) == shown["repeat"]


async def test_the_page_shows_what_a_rejected_valid_plan_is_told(
    shown: dict[str, str], blocks: Task, make_attempt: Make
) -> None:
    valid = make_attempt(blocks, SOLVING)
    assert valid.plan is not None
    assert valid.verdict is not None
    critique = await CostBound(Fraction(4)).criticise(blocks, valid.plan, valid.verdict)
    attempt = make_attempt(blocks, SOLVING, critiques=(critique,))
    assert said(blocks, attempt, level=Feedback.FIRST_FLAW) == shown["rejected"]


@pytest.mark.parametrize("critic", [Landmarks(), RelaxedPlan(), NearestRepair()])
async def test_the_page_shows_what_critics_offer(
    shown: dict[str, str], blocks: Task, make_attempt: Make, critic: Critic
) -> None:
    text = PAGE.read_text().partition("For `")[2].partition("` they offer these")[0]
    attempt = make_attempt(blocks, text)
    assert attempt.plan is not None
    assert attempt.verdict is not None
    critique = await critic.criticise(blocks, attempt.plan, attempt.verdict)
    assert critique.message == shown[critic.name]
    helped = make_attempt(blocks, text, critiques=(critique,))
    assert said(blocks, helped, level=Feedback.FIRST_FLAW).endswith(shown[critic.name])
    assert f"past the first {offers.MOST_OFFERED} are counted" in PAGE.read_text()


def test_the_page_tells_the_bounds() -> None:
    bounds = " ".join(PAGE.read_text().partition("## Bounds")[2].split())
    for bound in (
        f"{feedback.MOST_FLAWS} flaws",
        f"{flaws.MOST_FACTS} facts",
        f"{flaws.MOST_CONDITIONS} conditions",
        f"{flaws.MOST_NAMES} names",
        f"{feedback.MOST_CHARACTERS_OF_A_CRITIQUE} characters of a critique",
        f"{quoting.MOST_CHARACTERS_OF_A_NAME} of a quoted line",
        f"{task_wording.MOST_CHARACTERS_OF_AN_ANSWER:,} of an answer",
    ):
        assert bound in bounds
