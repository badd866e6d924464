"""Plans for the two shipped domains, made by rule: at once, for any size, always valid."""

from collections.abc import Iterator
from itertools import pairwise

from app.apprentice.teacher import teach
from planners import Plan, Step, Task, Valid, verify
from planners.domains import domain_text
from planners.errors import PlanningError
from planners.generators.blocksworld import Chain, Instance
from planners.generators.logistics import Fleet
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.formula import And, Atom, Formula
from planners.pddl.model import LiftedTask

DOMAINS = ("blocksworld", "logistics")

_EMPTY = "(define (problem none) (:domain {name}) (:init) (:goal (and)))"


class NoRule(ValueError):
    """No rule leads to a plan for this task."""


def plan_by_rule(task: Task) -> Plan | None:
    """Solve a task of a shipped domain. Kept for the next time.

    Returns:
        A valid plan, or None where the domain is another one, the task has no such plan or
        cannot be read.
    """
    return _planned(task)


def _plan(task: Task) -> Plan | None:
    try:
        lifted = read_task(task)
        plan = _by_domain(lifted)
        return plan if isinstance(verify(task, plan), Valid) else None
    except (PlanningError, NoRule):
        return None
    except (KeyError, IndexError):
        # A package, a truck or an airport is missing that the rule would need.
        return None


_planned = TaskCache(_plan, max_kept=4096)


def _by_domain(lifted: LiftedTask) -> Plan:
    for name, rule in (("blocksworld", _stacked), ("logistics", _delivered)):
        if lifted.actions == _shipped(name).actions:
            return rule(lifted)
    raise NoRule("of another domain")


def _shipped(name: str) -> LiftedTask:
    return read_task(Task(domain=domain_text(name), problem=_EMPTY.format(name=name)))


def _stacked(lifted: LiftedTask) -> Plan:
    """Solve blocksworld as the apprentice's teacher does."""
    names = tuple(lifted.objects)
    numbers = {name: number for number, name in enumerate(names)}
    above = {fact.arguments[1]: fact.arguments[0] for fact in lifted.init if fact.predicate == "on"}
    bases = sorted(fact.arguments[0] for fact in lifted.init if fact.predicate == "ontable")
    start = tuple(tuple(numbers[block] for block in _upwards(base, above)) for base in bases)
    if sum(map(len, start)) != len(names):
        raise NoRule("not all blocks stand")
    moves = teach(Instance(start=start, goal=tuple(_chains(lifted.goal, numbers))))
    return Plan(
        steps=tuple(
            Step(action=action, arguments=tuple(names[block] for block in blocks if block != -1))
            for action, *blocks in moves
        )
    )


def _chains(goal: Formula, numbers: dict[str, int]) -> Iterator[Chain]:
    wanted: dict[str, set[tuple[str, ...]]] = {}
    for atom in _conjuncts(goal):
        wanted.setdefault(atom.predicate, set()).add(atom.terms)
    above = {lower: upper for upper, lower in wanted.get("on", set())}
    ground, clear = wanted.get("ontable", set()), wanted.get("clear", set())
    named = {name for terms in wanted.values() for each in terms for name in each}
    for first in sorted(named - set(above.values())):
        blocks = tuple(_upwards(first, above))
        yield Chain(
            blocks=tuple(numbers[block] for block in blocks),
            on_table=(first,) in ground,
            clear=(blocks[-1],) in clear,
        )


def _upwards(first: str, above: dict[str, str]) -> list[str]:
    found = [first]
    while (upper := above.get(found[-1])) is not None:
        if upper in found:
            raise NoRule("blocks stand in a circle")
        found.append(upper)
    return found


def _conjuncts(goal: Formula) -> Iterator[Atom]:
    if isinstance(goal, Atom):
        yield goal
    elif isinstance(goal, And):
        for operand in goal.operands:
            yield from _conjuncts(operand)
    else:
        raise NoRule("the goal is more than a list of facts")


def _delivered(lifted: LiftedTask) -> Plan:
    """Solve logistics as its generator does, one package after another."""
    city_of = _pairs(lifted, "lies-in")
    airports = {city_of[place]: place for place in lifted.objects_of(("airport",))}
    fleet = Fleet(_pairs(lifted, "stands"))
    trucks = {city_of[fleet.stands[each]]: each for each in lifted.objects_of(("truck",))}
    airplanes = lifted.objects_of(("airplane",))
    waits = _pairs(lifted, "waits")
    for atom in _conjuncts(lifted.goal):
        if atom.predicate != "waits":
            raise NoRule("the goal is more than where packages wait")
        package, end = atom.terms
        start = waits[package]
        here, there = city_of[start], city_of[end]
        stops = [start, end]
        if here != there:
            stops[1:1] = [airports[here], airports[there]]
        for leaves, arrives in pairwise(stops):
            city = city_of[leaves]
            if city != city_of[arrives]:
                fleet.carry(package, airplanes[0], leaves, arrives, None)
            elif leaves != arrives:
                fleet.carry(package, trucks[city], leaves, arrives, city)
    return Plan(steps=tuple(fleet.steps))


def _pairs(lifted: LiftedTask, predicate: str) -> dict[str, str]:
    """Read the facts of a predicate with two arguments as a mapping."""
    facts = sorted(fact for fact in lifted.init if fact.predicate == predicate)
    return {fact.arguments[0]: fact.arguments[1] for fact in facts}
