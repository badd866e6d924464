"""What ground effects do: flattened first, then all of one instant carried out together."""

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul

from planners.pddl.formula import FunctionTerm
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    NumericEffect,
    When,
)
from tests.planners.naive.arithmetic import Values, terms_of, troubles, value
from tests.planners.naive.substitution import put_in_effect
from tests.planners.naive.truth import Fact, View, mentioned
from tests.planners.naive.universe import Universe

ADDING = {"increase", "decrease"}
SCALING = {"scale-up", "scale-down"}

Change = AtomEffect | NumericEffect


def flattened(effect: Effect, view: View) -> list[Change]:
    """List what takes place, each thing as often as it is written."""
    match effect:
        case AtomEffect() | NumericEffect():
            return [effect]
        case AndEffect(effects):
            return [change for inner in effects for change in flattened(inner, view)]
        case When(condition, inner):
            return flattened(inner, view) if view.holds(condition) else []
        case ForallEffect():
            return flattened(instances(effect, view.universe), view)


def instances(effect: ForallEffect, universe: Universe) -> AndEffect:
    bindings = universe.written_out(effect.parameters)
    return AndEffect(tuple(put_in_effect(effect.effect, each) for each in bindings))


def conditions_in(effect: Effect, universe: Universe) -> set[Fact | FunctionTerm]:
    """Collect what the conditions of an effect look at, whether they hold or not."""
    match effect:
        case AtomEffect() | NumericEffect():
            return set()
        case AndEffect(effects):
            return set().union(*(conditions_in(inner, universe) for inner in effects))
        case When(condition, inner):
            return mentioned(condition, universe) | conditions_in(inner, universe)
        case ForallEffect():
            return conditions_in(instances(effect, universe), universe)


def added(changes: list[Change]) -> set[Fact]:
    return {atom_of(each) for each in changes if isinstance(each, AtomEffect) and each.positive}


def deleted(changes: list[Change]) -> set[Fact]:
    return {atom_of(each) for each in changes if isinstance(each, AtomEffect) and not each.positive}


def atom_of(change: AtomEffect) -> Fact:
    return change.atom.predicate, change.atom.terms


def numeric(changes: list[Change]) -> list[NumericEffect]:
    return [change for change in changes if isinstance(change, NumericEffect)]


def numbers_read(changes: list[Change]) -> set[FunctionTerm]:
    return set().union(*(terms_of(change.amount) for change in numeric(changes)))


def grouped(changes: list[Change]) -> dict[FunctionTerm, list[NumericEffect]]:
    found: dict[FunctionTerm, list[NumericEffect]] = {}
    for change in numeric(changes):
        found.setdefault(change.function, []).append(change)
    return found


def faults(changes: list[Change], values: Values) -> set[tuple[str, str]]:
    """Collect what keeps the changes from being carried out; nothing where they can be."""
    found: set[tuple[str, str]] = set()
    for change in numeric(changes):
        found |= troubles(change.amount, values)
        if change.operator != "assign" and change.function not in values:
            found.add(("undefined", str(change.function)))
        if change.operator == "scale-down" and value(change.amount, values) == 0:
            found.add(("division", ""))
    for term, group in grouped(changes).items():
        operators = {change.operator for change in group}
        alone = operators == {"assign"}
        amounts = {value(change.amount, values) for change in group}
        if not (alone or operators <= ADDING or operators <= SCALING) or (
            alone and len(amounts) > 1
        ):
            found.add(("conflict", str(term)))
    return found


@dataclass(frozen=True)
class State:
    facts: frozenset[Fact]
    values: Values


def carried_out(changes: list[Change], state: State) -> State:
    """Carry out changes that have no faults."""
    values = dict(state.values)
    for term, group in grouped(changes).items():
        values[term] = new_value(group, state.values)
    return State((state.facts - deleted(changes)) | added(changes), values)


def new_value(group: list[NumericEffect], values: Values) -> Fraction:
    amounts = [(change.operator, value(change.amount, values)) for change in group]
    operators = {operator for operator, _ in amounts}
    if operators == {"assign"}:
        return amounts[0][1]
    if operators <= ADDING:
        signed = [amount if operator == "increase" else -amount for operator, amount in amounts]
        return values[group[0].function] + sum(signed)
    factors = [amount if operator == "scale-up" else 1 / amount for operator, amount in amounts]
    return values[group[0].function] * reduce(mul, factors)
