"""Whether the numbers of a task are no more than the costs of its actions."""

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

from planners.pddl.formula import TOTAL_COST, Expression, FunctionTerm, TotalTime
from planners.pddl.model import (
    AndEffect,
    Effect,
    ForallEffect,
    LiftedTask,
    NumericEffect,
    When,
)
from planners.pddl.walks import written_effects

COST = FunctionTerm(TOTAL_COST)


def wants_short(task: LiftedTask) -> bool:
    """Say whether a plan is the better the shorter it is, as without a metric."""
    metric = task.metric
    return metric is None or (metric.expression == TotalTime() and not metric.maximize)


def only_costs(task: LiftedTask) -> bool:
    """Say whether all that effects and metric do with numbers is to add up costs.

    So it is where each action increases `total-cost` at most once, whatever the state, by an
    amount that is never negative and never changes, and the metric, if any, minimizes it.
    """
    metric = task.metric
    if task.temporal or COST not in task.init_values:
        return False
    if not wants_short(task):
        assert metric is not None
        if metric.maximize or metric.expression != COST:
            return False
    return all(_adds_once(task, schema.effect) for schema in task.actions.values())


def parts_of_effect(effect: Effect) -> Iterator[Effect]:
    """Go through an effect and all that is in it."""
    front = [effect]
    while front:
        part = front.pop()
        yield part
        if isinstance(part, AndEffect):
            front.extend(reversed(part.effects))
        elif isinstance(part, ForallEffect | When):
            front.append(part.effect)


def scale_of(task: LiftedTask) -> int:
    """Give the least number by which all costs are whole, for engines that know no others."""
    return lcm(*(amount.denominator for amount in _amounts(task)))


def dearest(task: LiftedTask) -> Fraction:
    """Give the most that a single step costs."""
    return max(_amounts(task), default=Fraction(0))


def _adds_once(task: LiftedTask, effect: Effect) -> bool:
    parts = tuple(parts_of_effect(effect))
    numeric = [part for part in parts if isinstance(part, NumericEffect)]
    hidden = any(
        isinstance(inner, NumericEffect)
        for part in parts
        if isinstance(part, ForallEffect | When)
        for inner in parts_of_effect(part.effect)
    )
    if hidden or len(numeric) > 1:
        return False
    return all(
        each.operator == "increase" and each.function == COST and _never_negative(task, each.amount)
        for each in numeric
    )


def _never_negative(task: LiftedTask, amount: Expression) -> bool:
    if isinstance(amount, Fraction):
        return amount >= 0
    # Of a task that only adds up costs, no other function ever changes.
    return (
        isinstance(amount, FunctionTerm)
        and amount.function != TOTAL_COST
        and all(
            value >= 0
            for term, value in task.init_values.items()
            if term.function == amount.function
        )
    )


def _amounts(task: LiftedTask) -> Iterator[Fraction]:
    functions = set()
    for _, effect, _ in written_effects(task):
        if isinstance(effect, NumericEffect):
            if isinstance(effect.amount, Fraction):
                yield effect.amount
            elif isinstance(effect.amount, FunctionTerm):
                functions.add(effect.amount.function)
    yield from (value for term, value in task.init_values.items() if term.function in functions)
