"""Random plans: ground steps that could be executed somewhere, drawn uniformly.

Steps that name an object twice are left out: those that can be executed, such as driving from
a place to itself, change nothing, and LPG passes over them or crashes.
"""

from collections.abc import Iterator
from itertools import product
from math import prod
from random import Random

from planners.errors import BoundReached
from planners.pddl.formula import Atom
from planners.pddl.model import ActionSchema, AtomEffect, LiftedTask
from planners.pddl.walks import conjuncts, written_effects
from planners.plan import Plan, Step
from planners.relaxation.reachability import Reachable

MAX_CANDIDATES = 1_000_000


def reachable_steps(task: LiftedTask) -> tuple[Step, ...]:
    """List the ground steps of a task that are reachable where nothing is ever deleted.

    None of them names an object twice.

    Args:
        task: One without durative actions.

    Raises:
        BoundReached: there are too many to look through.
    """
    reachable = Reachable(task)
    changing = {
        effect.atom.predicate
        for _, effect, _ in written_effects(task)
        if isinstance(effect, AtomEffect)
    }
    return tuple(
        step
        for schema in task.actions.values()
        for step in _candidates(task, schema, changing)
        if reachable.step(step)
    )


def random_plan(steps: tuple[Step, ...], length: int, random: Random) -> Plan:
    """Draw a plan, each of its steps uniformly and independent of the others.

    Args:
        steps: What is drawn from, at least one.
        length: How many are drawn.
        random: Source of randomness; same seed, same plan.
    """
    return Plan(steps=tuple(random.choices(steps, k=length)))


def _candidates(task: LiftedTask, schema: ActionSchema, changing: set[str]) -> Iterator[Step]:
    """Run through the steps of an action that its types and fixed unary conditions allow.

    Tasks without types say by such conditions what is a truck and what a city: without a
    look at them there are a thousand times as many candidates.
    """
    ranges = {each.name: task.objects_of(each.types) for each in schema.parameters}
    fixed = {
        (literal.predicate, literal.arguments[0])
        for literal in task.init
        if len(literal.arguments) == 1
    }
    for part in conjuncts(schema.precondition):
        match part:
            case Atom(predicate, (term,)) if predicate not in changing and term in ranges:
                ranges[term] = tuple(name for name in ranges[term] if (predicate, name) in fixed)
            case _:
                pass
    if prod(map(len, ranges.values())) > MAX_CANDIDATES:
        raise BoundReached("candidate steps of one action", MAX_CANDIDATES)
    for names in product(*ranges.values()):
        if len(set(names)) == len(names):
            yield Step(action=schema.name, arguments=names)
