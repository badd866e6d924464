"""What the apprentice is trained on: teacher plans of drawn instances, without end.

Every fifth example goes on after a flawed plan, made by spoiling the teacher's, and what
was wrong with it.
"""

from dataclasses import dataclass
from random import Random

from app.apprentice import vocabulary as say
from app.apprentice.heldout import is_held_out
from app.apprentice.scene import (
    fact_words,
    goal_words,
    start_words,
    state_words,
    step_words,
)
from app.apprentice.teacher import Move, World, teach
from planners.generators.blocksworld import Instance, draw_instance

REVISED = 0.2
FULL_GOALS = 0.4
SIZES = {2: 1, 3: 2, 4: 4, 5: 4, 6: 4, 7: 4, 8: 4, 9: 3, 10: 3, 11: 2, 12: 2, 13: 1, 14: 1, 15: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One prompt and the answer that is to be learned, in words."""

    prompt: tuple[str, ...]
    answer: tuple[str, ...]


def draw_taught(blocks: int, random: Random) -> Instance:
    """Draw an instance that may be trained on."""
    return _draw(blocks, random, held_out=False)


def draw_held_out(blocks: int, random: Random) -> Instance:
    """Draw an instance that is never trained on."""
    return _draw(blocks, random, held_out=True)


def draw_example(random: Random, *, most: int = say.BLOCKS) -> Example:
    """Draw one example of at most so many blocks, under random symbols."""
    sizes = [size for size in SIZES if size <= most]
    blocks = random.choices(sizes, [SIZES[size] for size in sizes])[0]
    instance = draw_taught(blocks, random)
    symbols = dict(enumerate(random.sample(say.SYMBOLS, blocks)))
    plan = teach(instance)
    prompt = [*goal_words(instance.goal, symbols), *start_words(instance.start, symbols)]
    if random.random() < REVISED:
        prompt += _flaw(instance, spoil(plan, blocks, random), symbols, random)
    prompt.append(say.PLAN)
    return Example(prompt=tuple(prompt), answer=tuple(_steps(plan, symbols)))


def spoil(plan: list[Move], blocks: int, random: Random) -> list[Move]:
    """Spoil a plan the way a proposer might: drop, repeat, swap, misname or stop short."""
    spoiled = list(plan)
    for _ in range(random.choice((1, 1, 2))):
        if not spoiled:
            break
        place = random.randrange(len(spoiled))
        way = random.randrange(5)
        if way == 0:
            del spoiled[place]
        elif way == 1:
            spoiled.insert(place, random.choice(spoiled))
        elif way == 2:
            other = random.randrange(len(spoiled))
            spoiled[place], spoiled[other] = spoiled[other], spoiled[place]
        elif way == 3:
            spoiled[place] = _misname(spoiled[place], blocks, random)
        else:
            del spoiled[place:]
    return spoiled


def _draw(blocks: int, random: Random, *, held_out: bool) -> Instance:
    while True:
        instance = draw_instance(blocks, random, full=random.random() < FULL_GOALS)
        if is_held_out(instance) is held_out:
            return instance


def _misname(move: Move, blocks: int, random: Random) -> Move:
    action, block, other = move
    if other == -1:
        return action, random.randrange(blocks), -1
    block, other = random.sample(range(blocks), 2)
    kept = random.random() < 0.5 and move[1] != other
    return action, (move[1] if kept else block), other


def _steps(plan: list[Move], symbols: dict[int, str]) -> list[str]:
    return [word for action, *args in plan for word in step_words(action, args, symbols)]


def _flaw(
    instance: Instance, plan: list[Move], symbols: dict[int, str], random: Random
) -> list[str]:
    """Word a plan that fails and its flaw, told at a level drawn at random."""
    world = World.of(instance.start)
    tried = 0
    unmet: list[tuple[str, int, int]] = []
    for move in plan:
        tried += 1
        unmet = world.unmet(move)
        if unmet:
            break
        world.make(move)
    still_open = world.open_goals(instance.goal)
    if not unmet and not still_open:
        return []
    level = random.choices(("binary", "first", "state", "all"), (1, 1, 4, 1))[0]
    if level == "binary":
        return [say.TRIED, *_steps(plan, symbols), say.WRONG]
    words = [say.TRIED, *_steps(plan[:tried], symbols)]
    if unmet:
        words += [say.UNMET, *fact_words(unmet, symbols)]
    if level == "all" or not unmet:
        words += [say.OPEN, *fact_words(still_open, symbols)]
    if level == "state":
        words += state_words(world.towers(), world.held, symbols)
    return words
