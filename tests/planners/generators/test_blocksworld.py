"""Generated blocksworld: seeded, uniform, readable, and with something to do."""

from collections import Counter
from random import Random

import pytest

from planners import Invalid, Plan, verify
from planners.generators.blocksworld import draw_instance, draw_towers, generate
from planners.pddl import read_task


def test_the_same_seed_gives_the_same_task():
    assert generate(6, 3) == generate(6, 3)
    assert generate(6, 3) != generate(6, 4)


def test_every_state_is_drawn_about_as_often_as_any_other():
    random = Random(1)
    states = Counter(tuple(sorted(draw_towers(3, random))) for _ in range(13_000))
    # 13 states of three blocks, each expected 1000 times with a deviation of 30.
    assert len(states) == 13
    assert all(850 < times < 1150 for times in states.values())


@pytest.mark.parametrize("full", [True, False], ids=["full goal", "partial goal"])
@pytest.mark.parametrize("blocks", [2, 3, 5, 9])
def test_a_generated_task_reads_and_is_not_solved_at_the_start(blocks, full):
    for seed in range(10):
        task = generate(blocks, seed, full=full)
        assert len(read_task(task).objects) == blocks
        assert isinstance(verify(task, Plan(steps=())), Invalid)


def test_a_full_goal_names_the_place_of_every_block():
    instance = draw_instance(7, Random(2), full=True)
    assert sorted(block for chain in instance.goal for block in chain.blocks) == list(range(7))
    assert all(chain.on_table for chain in instance.goal)


def test_one_block_leaves_nothing_to_do():
    with pytest.raises(ValueError, match="at least 2 blocks"):
        generate(1, 1)
