"""What the simulated model says, read by Modulo's reader and judged by its verifier."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modulo.attempt import History
from app.prompts.task_wording import TaskWording
from app.reading import AnswerReader
from deploy.loadtest.author import Author
from deploy.loadtest.flaws import spoilt
from deploy.loadtest.rules import plan_by_rule
from planners import Invalid, Plan, UnknownAction, UnknownObject, Valid, verify
from tests.deploy.loadtest.asking import BLOCKS, PARCELS, asked, asked_again

ROOT = Path(__file__).resolve().parents[3]
RIGHT, WRONG = Author(flawed=0.0), Author(flawed=1.0, falling=1.0)
TASKS = pytest.mark.parametrize("task", [BLOCKS, PARCELS], ids=["blocksworld", "logistics"])


async def plan_in(task, text):
    return (await AnswerReader().read(task, text)).plan


@TASKS
@pytest.mark.parametrize("strict", [False, True])
async def test_a_right_answer_is_read_as_a_valid_plan(task, strict):
    text = RIGHT.answer(asked(task, wording=TaskWording(strict=strict)), well_formed=False)
    assert isinstance(verify(task, await plan_in(task, text)), Valid)
    assert text.startswith("(") == strict


@TASKS
async def test_a_flawed_answer_never_solves_the_task(task):
    for seed in range(60):
        text = WRONG.answer(asked(task), seed=seed, well_formed=False)
        plan = await plan_in(task, text)
        assert plan is None or isinstance(verify(task, plan), Invalid)


@TASKS
@given(seed=st.integers())
def test_spoilt_plans_are_invalid_and_well_formed_ones_name_what_there_is(task, seed):
    plan = plan_by_rule(task)
    assert isinstance(verify(task, spoilt(task, plan, Random(seed))), Invalid)
    verdict = verify(task, spoilt(task, plan, Random(seed), well_formed=True))
    assert isinstance(verdict, Invalid)
    assert not isinstance(verdict.flaw, UnknownAction | UnknownObject)


def test_answers_are_wrong_less_often_with_every_backprompt():
    author = Author(flawed=0.8, falling=0.25)
    wrong = [Plan(steps=plan_by_rule(BLOCKS).steps[:keep]) for keep in (2, 1)]
    shares = []
    for plans in ([], wrong[:1], wrong):
        chat = asked_again(BLOCKS, plans, History.FULL) if plans else asked(BLOCKS)
        answers = [author.answer(chat, seed=seed, well_formed=False) for seed in range(300)]
        right = RIGHT.answer(chat, well_formed=False)
        shares.append(sum(answer != right for answer in answers) / 300)
    assert [author.flaw_probability(count) for count in range(3)] == [0.8, 0.2, 0.05]
    assert shares == pytest.approx([0.8, 0.2, 0.05], abs=0.07)


def test_the_same_seeds_give_the_same_answer_and_others_give_others():
    texts = [WRONG.answer(asked(), seed=seed, well_formed=False) for seed in range(10)]
    assert texts == [WRONG.answer(asked(), seed=seed, well_formed=False) for seed in range(10)]
    assert len(set(texts)) > 3
    other = Author(seed=1, flawed=1.0, falling=1.0)
    assert texts != [other.answer(asked(), seed=seed, well_formed=False) for seed in range(10)]


def test_another_process_gives_the_same_answer():
    program = (
        "from deploy.loadtest.author import Author\n"
        "from tests.deploy.loadtest.asking import asked\n"
        "print(Author(flawed=1.0).answer(asked(), seed=4, well_formed=False), end='')"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert told.stdout == Author(flawed=1.0).answer(asked(), seed=4, well_formed=False)


async def test_thoughts_are_as_long_as_asked_for_and_are_no_plan():
    short, long = (
        Author(flawed=0.0, thought_tokens=tokens).answer(asked(), well_formed=False)
        for tokens in (0, 400)
    )
    assert short.startswith("[PLAN]")
    assert len(long) > len(short) + 1200
    assert await plan_in(BLOCKS, long) == await plan_in(BLOCKS, short)


@pytest.mark.parametrize("numbers", [{"flawed": 1.1}, {"falling": -1.0}, {"thought_tokens": -1}])
def test_numbers_that_make_no_sense_are_refused(numbers):
    with pytest.raises(ValueError, match="0"):
        Author(**numbers)
