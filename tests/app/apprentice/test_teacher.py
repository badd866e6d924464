"""The teacher: its plans are proven by the verifier, and its little world agrees with it."""

from random import Random

import pytest

from app.apprentice.corpus import spoil
from app.apprentice.teacher import World, plan_of, teach
from planners import Invalid, UnsatisfiedPrecondition, Valid, verify
from planners.generators.blocksworld import Instance, draw_instance


def drawn(blocks: int, count: int) -> list[Instance]:
    random = Random(blocks)
    return [draw_instance(blocks, random, full=number % 2 == 0) for number in range(count)]


@pytest.mark.parametrize("blocks", range(2, 16))
def test_every_plan_of_the_teacher_is_valid(blocks):
    for instance in drawn(blocks, 10):
        assert isinstance(verify(instance.task(), plan_of(teach(instance))), Valid)


def test_no_block_is_moved_more_than_twice():
    for instance in drawn(10, 100):
        moved = [block for action, block, _ in teach(instance) if action in ("pick-up", "unstack")]
        assert max(map(moved.count, moved)) <= 2


def test_the_world_agrees_with_the_verifier_about_spoiled_plans():
    random = Random(4)
    for instance in drawn(5, 100):
        moves = spoil(teach(instance), 5, random)
        world, unmet, executed = World.of(instance.start), [], 0
        for move in moves:
            unmet = world.unmet(move)
            if unmet:
                break
            world.make(move)
            executed += 1
        verdict = verify(instance.task(), plan_of(moves))
        if isinstance(verdict, Valid):
            assert not unmet
            assert not world.open_goals(instance.goal)
            continue
        assert isinstance(verdict, Invalid)
        assert verdict.executed == executed
        assert len(verdict.open_goals) == len(world.open_goals(instance.goal))
        if unmet:
            assert isinstance(verdict.flaw, UnsatisfiedPrecondition)
            assert {literal.predicate for literal in verdict.flaw.unmet} == {u[0] for u in unmet}
