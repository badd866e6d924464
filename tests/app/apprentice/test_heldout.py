"""The tenth that is kept out: names and orders do not matter to it, structure does."""

from itertools import permutations
from random import Random

from app.apprentice.corpus import draw_held_out, draw_taught
from app.apprentice.heldout import canonical, is_held_out
from planners.generators.blocksworld import Chain, Instance, draw_instance


def renamed(instance: Instance, names: dict[int, int]) -> Instance:
    return Instance(
        start=tuple(tuple(names[b] for b in tower) for tower in instance.start),
        goal=tuple(
            Chain(
                blocks=tuple(names[b] for b in chain.blocks),
                on_table=chain.on_table,
                clear=chain.clear,
            )
            for chain in instance.goal
        ),
    )


def literal(instance: Instance) -> tuple[tuple[tuple[int, ...], ...], tuple[object, ...]]:
    goal = sorted((chain.blocks, chain.on_table, chain.clear) for chain in instance.goal)
    return tuple(sorted(instance.start)), tuple(goal)


def least_by_force(instance: Instance) -> str:
    orders = permutations(range(3))
    return min(repr(literal(renamed(instance, dict(enumerate(order))))) for order in orders)


def test_renaming_blocks_and_reordering_towers_change_nothing():
    random = Random(1)
    for blocks in range(2, 13):
        for full in (True, False):
            instance = draw_instance(blocks, random, full=full)
            names = dict(enumerate(random.sample(range(blocks), blocks)))
            other = renamed(instance, names)
            shuffled = Instance(
                start=tuple(random.sample(other.start, len(other.start))),
                goal=tuple(random.sample(other.goal, len(other.goal))),
            )
            assert canonical(shuffled) == canonical(instance)


def test_two_instances_spell_alike_just_when_a_renaming_makes_them_equal():
    random = Random(2)
    drawn = [draw_instance(3, random, full=bool(n % 2)) for n in range(300)]
    pairs = {(canonical(one), least_by_force(one)) for one in drawn}
    assert len({spelled for spelled, _ in pairs}) == len(pairs)
    assert len({forced for _, forced in pairs}) == len(pairs)


def test_about_a_tenth_is_held_out():
    random = Random(3)
    held_out = sum(is_held_out(draw_instance(8, random, full=True)) for _ in range(2000))
    assert 150 < held_out < 250


def test_training_draws_none_of_it_and_measuring_nothing_else():
    random = Random(4)
    assert not any(is_held_out(draw_taught(6, random)) for _ in range(100))
    assert all(is_held_out(draw_held_out(6, random)) for _ in range(30))
