"""Blocksworld in the apprentice's words: goals, towers, steps and facts.

Blocks are numbers here; `symbols` gives each its word. Goals and towers are told as chains
from the lowest block up, which is all that `on`, `ontable` and `clear` say.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.apprentice import vocabulary as say
from planners.generators.blocksworld import Chain, Towers

Fact = tuple[str, int, int]
"""Predicate of the shipped domain and its blocks, -1 where there is none."""

_PREDICATES = {
    "on": say.ON,
    "ontable": say.TABLE,
    "clear": say.CLEAR,
    "holding": say.HOLDING,
    "handempty": say.EMPTY,
}


def goal_words(goal: Iterable[Chain], symbols: Mapping[int, str]) -> list[str]:
    """Tell a goal, one chain a line."""
    words = [say.GOAL]
    for chain in goal:
        if chain.on_table:
            words.append(say.TABLE)
        words.extend(f" {symbols[block]}" for block in chain.blocks)
        if chain.clear:
            words.append(say.CLEAR)
        words.append(say.NEW_LINE)
    return words


def start_words(towers: Towers, symbols: Mapping[int, str]) -> list[str]:
    """Tell the initial state, one tower a line."""
    return [say.START, *_lines(towers, symbols)]


def state_words(towers: Towers, held: int, symbols: Mapping[int, str]) -> list[str]:
    """Tell a later state; `held` is the block in the hand, or -1."""
    words = [say.STATE, *_lines(towers, symbols)]
    if held != -1:
        words += (say.HOLDING, f" {symbols[held]}", say.NEW_LINE)
    return words


def step_words(action: str, blocks: Sequence[int], symbols: Mapping[int, str]) -> list[str]:
    """Tell a step; -1 stands for an argument that is not there."""
    names = (f" {symbols[block]}" for block in blocks if block != -1)
    return [f"({action}", *names, say.END_STEP]


def fact_words(facts: Iterable[Fact], symbols: Mapping[int, str]) -> list[str]:
    """Tell facts, one a line."""
    words: list[str] = []
    for predicate, *blocks in facts:
        words.append(_PREDICATES[predicate])
        words.extend(f" {symbols[block]}" for block in blocks if block != -1)
        words.append(say.NEW_LINE)
    return words


def _lines(towers: Towers, symbols: Mapping[int, str]) -> list[str]:
    words: list[str] = []
    for tower in towers:
        words.extend(f" {symbols[block]}" for block in tower)
        words.append(say.NEW_LINE)
    return words
