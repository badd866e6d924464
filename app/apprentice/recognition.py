"""Blocksworld recognised by its structure, whatever its words are.

A domain is blocksworld if its predicates and actions can be renamed into those of the
domain that we ship; a task is one the apprentice may work on if its state is towers beside
an empty hand and its goal asks for nothing but where blocks stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, permutations

from app.apprentice.vocabulary import ACTIONS, BLOCKS
from planners.domains import domain_text
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.formula import And, Atom, Formula, Not
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Effect,
    LiftedTask,
    NumericEffect,
)
from planners.task import Task

PREDICATES = ("on", "ontable", "clear", "handempty", "holding")

_Places = tuple[int, ...]
_Part = tuple[str, str, _Places, bool]
"""Precondition or effect, predicate, which parameters, and whether it is positive."""

_EMPTY_PROBLEM = "(define (problem none) (:domain blocksworld) (:init) (:goal (and)))"


class NotTaught(ValueError):
    """The apprentice has not learned to plan for a task; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a domain calls the parts of blocksworld.

    Attributes:
        predicates: Our predicates by its names.
        actions: Our actions by its names.
        upside_down: Whether its `on` names the lower block first.
    """

    predicates: Mapping[str, str]
    actions: Mapping[str, str]
    upside_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A blocksworld task in its own names.

    Attributes:
        names: What its domain calls the parts of blocksworld.
        towers: What stands on the table at first, each from the table up.
        wanted_on: Pairs of the goal: upper block, lower block.
        wanted_on_table: Blocks that the goal wants on the table.
        wanted_clear: Blocks that the goal wants clear.
    """

    names: Names
    towers: tuple[tuple[str, ...], ...]
    wanted_on: tuple[tuple[str, str], ...]
    wanted_on_table: frozenset[str] = field(default=frozenset())
    wanted_clear: frozenset[str] = field(default=frozenset())


def recognise(task: Task) -> Scene:
    """Understand a task as blocksworld. Kept for the next time.

    Raises:
        TaskError: if the task cannot be read.
        NotTaught: if it is no blocksworld task of the kind and size that was taught.
    """
    return _recognised(task)


def _recognise(task: Task) -> Scene:
    lifted = read_task(task)
    names = _names(lifted)
    blocks = tuple(lifted.objects)
    if len(blocks) > BLOCKS:
        raise NotTaught(f"this one has {len(blocks)} blocks")
    towers = _towers(lifted, names)
    pairs: list[tuple[str, str]] = []
    on_table: set[str] = set()
    clear: set[str] = set()
    for atom in _conjuncts(lifted.goal):
        predicate = names.predicates.get(atom.predicate, "")
        if predicate == "on":
            upper, lower = atom.terms[::-1] if names.upside_down else atom.terms
            pairs.append((upper, lower))
        elif predicate in ("ontable", "clear"):
            (on_table if predicate == "ontable" else clear).add(atom.terms[0])
        elif predicate != "handempty":
            raise NotTaught(f"this one's goal asks for ({atom.predicate} …)")
    if not pairs and not on_table and not clear:
        raise NotTaught("this one's goal asks for no place of a block")
    return Scene(
        names=names,
        towers=towers,
        wanted_on=tuple(dict.fromkeys(pairs)),
        wanted_on_table=frozenset(on_table),
        wanted_clear=frozenset(clear),
    )


_recognised = TaskCache(_recognise)


def _conjuncts(goal: Formula) -> Iterator[Atom]:
    if isinstance(goal, Atom):
        yield goal
    elif isinstance(goal, And):
        for operand in goal.operands:
            yield from _conjuncts(operand)
    else:
        raise NotTaught("this one's goal is more than a list of facts")


def _towers(lifted: LiftedTask, names: Names) -> tuple[tuple[str, ...], ...]:
    facts = {(names.predicates.get(a.predicate, ""), a.arguments) for a in lifted.init}
    above: dict[str, str] = {}
    bases: list[str] = []
    for predicate, blocks in sorted(facts):
        if predicate == "on":
            upper, lower = blocks[::-1] if names.upside_down else blocks
            above[lower] = upper
        elif predicate == "ontable":
            bases.append(blocks[0])
    towers: list[tuple[str, ...]] = []
    for base in bases:
        tower = [base]
        while tower[-1] in above and len(tower) <= len(lifted.objects):
            tower.append(above[tower[-1]])
        towers.append(tuple(tower))
    if {fact for fact in facts if fact[0]} != _facts(towers, names) or sum(map(len, towers)) != len(
        lifted.objects
    ):
        raise NotTaught("this one does not begin with towers of blocks beside an empty hand")
    return tuple(towers)


def _facts(towers: list[tuple[str, ...]], names: Names) -> set[tuple[str, tuple[str, ...]]]:
    """List all that holds where these towers stand, as the domain orders its arguments."""
    facts: set[tuple[str, tuple[str, ...]]] = {("handempty", ())}
    for tower in towers:
        facts |= {("ontable", (tower[0],)), ("clear", (tower[-1],))}
        for pair in pairwise(tower):
            facts.add(("on", pair if names.upside_down else pair[::-1]))
    return facts


def _names(lifted: LiftedTask) -> Names:
    if len(lifted.actions) != len(ACTIONS):
        raise NotTaught("this one is of another domain")
    theirs = {name: _parts(schema) for name, schema in lifted.actions.items()}
    _check_types(lifted)
    used = {part[1]: len(part[2]) for parts in theirs.values() for part in parts}
    if sorted(used.values()) != [0, 1, 1, 1, 2]:
        raise NotTaught("this one is of another domain")
    ours = _shipped()
    for predicates in _renamings(used):
        for upside_down in (False, True):
            names = {_renamed(parts, predicates, upside_down): a for a, parts in theirs.items()}
            if names.keys() == ours.keys():
                actions = {theirs: ours[parts] for parts, theirs in names.items()}
                return Names(predicates=predicates, actions=actions, upside_down=upside_down)
    raise NotTaught("this one is of another domain")


def _renamings(used: Mapping[str, int]) -> Iterator[dict[str, str]]:
    fixed = {name: {0: "handempty", 2: "on"}[arity] for name, arity in used.items() if arity != 1}
    unary = sorted(name for name, arity in used.items() if arity == 1)
    for order in permutations(("ontable", "clear", "holding")):
        yield fixed | dict(zip(unary, order, strict=True))


def _renamed(
    parts: frozenset[_Part], predicates: Mapping[str, str], upside_down: bool
) -> frozenset[_Part]:
    return frozenset(
        (
            where,
            predicates[predicate],
            places[::-1] if upside_down else places,
            positive,
        )
        for where, predicate, places, positive in parts
    )


@lru_cache(maxsize=1)
def _shipped() -> dict[frozenset[_Part], str]:
    lifted = read_task(Task(domain=domain_text("blocksworld"), problem=_EMPTY_PROBLEM))
    return {_parts(schema): name for name, schema in lifted.actions.items()}


def _check_types(lifted: LiftedTask) -> None:
    """Refuse objects that some action takes and another does not: they are no blocks."""
    for schema in lifted.actions.values():
        for parameter in schema.parameters:
            if len(lifted.objects_of(parameter.types)) != len(lifted.objects):
                raise NotTaught("this one has objects that are no blocks")


def _parts(schema: ActionSchema) -> frozenset[_Part]:
    places = {parameter.name: place for place, parameter in enumerate(schema.parameters)}
    parts = [*_literals(schema.precondition), *_changes(schema.effect)]
    if any(term not in places for _, atom, _ in parts for term in atom.terms):
        raise NotTaught("this one is of another domain")
    return frozenset(
        (where, atom.predicate, tuple(places[term] for term in atom.terms), positive)
        for where, atom, positive in parts
    )


def _literals(formula: Formula) -> Iterator[tuple[str, Atom, bool]]:
    """List a precondition; that two blocks differ is left out, as it follows from the rest."""
    if isinstance(formula, Atom):
        yield "needs", formula, True
    elif isinstance(formula, And):
        for operand in formula.operands:
            yield from _literals(operand)
    elif not (
        isinstance(formula, Not)
        and isinstance(formula.operand, Atom)
        and formula.operand.predicate == "="
    ):
        raise NotTaught("this one is of another domain")


def _changes(effect: Effect) -> Iterator[tuple[str, Atom, bool]]:
    """List an effect; costs are left out, as the apprentice minds none."""
    if isinstance(effect, AtomEffect):
        yield "makes", effect.atom, effect.positive
    elif isinstance(effect, AndEffect):
        for part in effect.effects:
            yield from _changes(part)
    elif not isinstance(effect, NumericEffect):
        raise NotTaught("this one is of another domain")
