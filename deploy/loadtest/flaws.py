"""Right plans made wrong, in the ways in which language models go wrong."""

from collections.abc import Callable
from random import Random

from planners import Invalid, Plan, Step, Task, verify
from planners.pddl import read_task

TRIES = 8


def spoilt(task: Task, plan: Plan, random: Random, *, well_formed: bool = False) -> Plan:
    """Spoil a plan.

    Args:
        task: What it solves.
        plan: A valid one.
        random: Source of randomness; same seed, same flaw.
        well_formed: Keep to the actions, objects and types of the task.

    Returns:
        A plan that the verifier finds invalid; the plan itself only where the goal holds
        with no step at all.
    """
    ways = [_omit, _swap, _stop_short, _repeat] + ([] if well_formed else [_misname, _confuse])
    for _ in range(TRIES if plan.steps else 0):
        steps = random.choice(ways)(list(plan.steps), task, random)
        changed = Plan(steps=tuple(steps))
        if isinstance(verify(task, changed), Invalid):
            return changed
    empty = Plan(steps=())
    return empty if isinstance(verify(task, empty), Invalid) else plan


Way = Callable[[list[Step], Task, Random], list[Step]]


def _omit(steps: list[Step], _: Task, random: Random) -> list[Step]:
    at = random.randrange(len(steps))
    return steps[:at] + steps[at + 1 :]


def _swap(steps: list[Step], _: Task, random: Random) -> list[Step]:
    at = random.randrange(len(steps))
    return steps[:at] + steps[at : at + 2][::-1] + steps[at + 2 :]


def _stop_short(steps: list[Step], _: Task, random: Random) -> list[Step]:
    return steps[: random.randrange(len(steps))]


def _repeat(steps: list[Step], _: Task, random: Random) -> list[Step]:
    at = random.randrange(len(steps))
    return steps[: at + 1] + steps[at:]


def _misname(steps: list[Step], _: Task, random: Random) -> list[Step]:
    at = random.randrange(len(steps))
    wrong = Step(action=f"{steps[at].action}-it", arguments=steps[at].arguments)
    return [*steps[:at], wrong, *steps[at + 1 :]]


def _confuse(steps: list[Step], task: Task, random: Random) -> list[Step]:
    """Put one object for another."""
    at = random.randrange(len(steps))
    arguments = list(steps[at].arguments)
    if arguments:
        arguments[random.randrange(len(arguments))] = random.choice(list(read_task(task).objects))
    wrong = Step(action=steps[at].action, arguments=tuple(arguments))
    return [*steps[:at], wrong, *steps[at + 1 :]]
