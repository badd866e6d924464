"""Plans made wrong: how much of them, in which way, and never right by chance."""

from collections import Counter
from random import Random

import pytest

from app.evaluation.cases import is_flawed
from app.evaluation.corruption import Corruption, corrupted
from app.evaluation.random_plans import reachable_steps
from planners import Plan
from planners.generators.logistics import generate
from planners.pddl import read_task

MADE = generate(cities=3, places=3, packages=4, seed=1)
STEPS = reachable_steps(read_task(MADE.task))
LENGTH = len(MADE.plan.steps)


def spoil(corruption: Corruption, share: float, seed: int = 0) -> Plan:
    made = corrupted(
        MADE.plan,
        corruption,
        share=share,
        steps=STEPS,
        random=Random(seed),
        is_flawed=lambda plan: is_flawed(MADE.task, plan),
    )
    assert made is not None
    return made


@pytest.mark.parametrize("corruption", Corruption)
def test_a_corrupted_plan_is_flawed_and_the_same_for_the_same_seed(corruption):
    for seed in range(20):
        made = spoil(corruption, 0.2, seed)
        assert is_flawed(MADE.task, made)
        assert made == spoil(corruption, 0.2, seed)


def test_a_truncated_plan_is_the_beginning_of_the_plan():
    made = spoil(Corruption.TRUNCATED, 0.5)
    assert made.steps == MADE.plan.steps[: LENGTH - round(LENGTH / 2)]


def test_removed_steps_are_missing_and_the_others_stand_in_their_order():
    made = spoil(Corruption.REMOVED, 0.25)
    assert len(made.steps) == LENGTH - round(LENGTH / 4)
    rest = iter(MADE.plan.steps)
    assert all(step in rest for step in made.steps)


def test_swapped_steps_are_all_still_there():
    made = spoil(Corruption.SWAPPED, 0.25)
    assert Counter(made.steps) == Counter(MADE.plan.steps)
    moved = sum(one != other for one, other in zip(made.steps, MADE.plan.steps, strict=True))
    assert 2 <= moved <= round(LENGTH / 4)


def test_replaced_steps_give_way_to_others_in_their_places():
    made = spoil(Corruption.REPLACED, 0.25)
    differing = [
        one for one, other in zip(made.steps, MADE.plan.steps, strict=True) if one != other
    ]
    assert 1 <= len(differing) <= round(LENGTH / 4)
    assert set(differing) <= set(STEPS)


def test_where_every_draw_solves_the_task_there_is_no_corrupted_plan():
    made = corrupted(
        MADE.plan,
        Corruption.SWAPPED,
        share=0.2,
        steps=STEPS,
        random=Random(0),
        is_flawed=lambda plan: False,
    )
    assert made is None
