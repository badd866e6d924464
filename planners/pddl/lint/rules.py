"""The rules: each looks at a whole task and yields places with what is odd there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from planners.pddl.formula import EQUALS, OBJECT, TOTAL_COST, Atom, Not
from planners.pddl.lint.finding import Severity
from planners.pddl.lint.places import Place, Places
from planners.pddl.lint.usage import Usage, conditions_of, effects_of
from planners.pddl.model import AndEffect, AtomEffect, Effect
from planners.pddl.walks import conjuncts

Found: TypeAlias = Iterator[tuple[Place, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        name: As it stands behind a finding.
        severity: Of all that it finds.
        look: Yields places and what is odd there.
    """

    name: str
    severity: Severity
    look: Callable[[Usage, Places], Found]


def _unused_types(usage: Usage, places: Places) -> Found:
    for name in usage.task.types:
        if name != OBJECT and name not in usage.types:
            yield places.of("type", name), f"nothing is of the type `{name}`"


def _unused_predicates(usage: Usage, places: Places) -> Found:
    used = usage.read | usage.added | usage.deleted
    for name in usage.task.predicates:
        if name not in used:
            yield places.of("predicate", name), f"no condition and no effect names `{name}`"


def _unread_predicates(usage: Usage, places: Places) -> Found:
    for name in usage.task.predicates:
        if usage.whole and name not in usage.read and name in usage.added | usage.deleted:
            yield places.of("predicate", name), f"effects change `{name}`, and nothing asks for it"


def _unused_functions(usage: Usage, places: Places) -> Found:
    for name in usage.task.functions:
        if name not in usage.read_functions | usage.changed_functions:
            yield places.of("function", name), f"nothing needs or changes `{name}`"


def _unused_parameters(usage: Usage, places: Places) -> Found:
    for name, schema in usage.schemas.items():
        for parameter in schema.parameters:
            if parameter.name not in usage.variables[name]:
                place = places.variable(name, parameter.name)
                yield place, f"`{name}` makes no use of its parameter `{parameter.name}`"


def _without_effects(usage: Usage, places: Places) -> Found:
    for name, schema in usage.schemas.items():
        if all(effect == AndEffect() for effect in effects_of(schema)):
            yield places.of("action", name), f"`{name}` changes nothing"


def _names_shared(usage: Usage, places: Places) -> Found:
    task = usage.task
    kinds: dict[str, list[str]] = {}
    for kind, names in (
        ("a type", [name for name in task.types if name != OBJECT]),
        ("an object", task.objects),
        ("a predicate", task.predicates),
        ("a function", task.functions),
        ("an action", usage.schemas),
    ):
        for name in names:
            kinds.setdefault(name, []).append(kind)
    for name, shared in kinds.items():
        if len(shared) > 1:
            last = shared[-1].partition(" ")[2]
            yield places.of(last, name), f"`{name}` names {' and '.join(shared)}"


def _adds_and_deletes(usage: Usage, places: Places) -> Found:
    for name, schema in usage.schemas.items():
        for effect in effects_of(schema):
            added, deleted = _always_changed(effect)
            for atom in sorted(added & deleted, key=str):
                message = f"`{name}` deletes and adds `({atom.predicate} …)`: it holds afterwards"
                yield places.of("action", name), message


def _contradictions(usage: Usage, places: Places) -> Found:
    for name, schema in usage.schemas.items():
        for condition in conditions_of(schema):
            parts = set(conjuncts(condition))
            for part in parts:
                if isinstance(part, Not) and part.operand in parts:
                    message = f"`{name}` needs something to be both true and false"
                    yield places.of("action", name), message
                    break


def _never_true(usage: Usage, places: Places) -> Found:
    if not usage.whole:
        return
    true_at_first = {literal.predicate for literal in usage.task.init}
    for name in usage.task.predicates:
        if name in usage.read and name not in usage.added | true_at_first:
            message = f"`{name}` never holds: it does not at first, and no effect adds it"
            yield places.of("predicate", name), message


def _without_value(usage: Usage, places: Places) -> Found:
    if not usage.whole:
        return
    given = {term.function for term in usage.task.init_values}
    for name in usage.task.functions:
        if name in usage.read_functions and name not in given and name != TOTAL_COST:
            message = f"`{name}` has no value at first"
            yield places.of("function", name), message


def _out_of_reach(usage: Usage, places: Places) -> Found:
    if not usage.whole:
        return
    for name, schema in usage.schemas.items():
        for parameter in schema.parameters:
            if not usage.task.objects_of(parameter.types):
                place = places.variable(name, parameter.name)
                types = " or ".join(parameter.types)
                message = f"`{name}` can never be executed: no object is of type {types}"
                yield place, message


def _goal_out_of_reach(usage: Usage, places: Places) -> Found:
    if not usage.whole:
        return
    task = usage.task
    true_at_first = {(literal.predicate, literal.arguments) for literal in task.init}
    changing = usage.added | usage.deleted
    for part in conjuncts(task.goal):
        positive = not isinstance(part, Not)
        atom = part.operand if isinstance(part, Not) else part
        if not isinstance(atom, Atom) or atom.predicate == EQUALS or atom.predicate in changing:
            continue
        if ((atom.predicate, atom.terms) in true_at_first) is not positive:
            asked = f"({' '.join((atom.predicate, *atom.terms))})"
            message = f"the goal can never be reached: no effect changes `{asked}`"
            yield places.section("problem", ":goal"), message


def _always_changed(effect: Effect) -> tuple[set[Atom], set[Atom]]:
    """Collect the atoms that an effect adds, and those it deletes, under no condition."""
    added: set[Atom] = set()
    deleted: set[Atom] = set()
    front = [effect]
    while front:
        match front.pop():
            case AndEffect(effects):
                front.extend(effects)
            case AtomEffect(atom, positive):
                (added if positive else deleted).add(atom)
            case _:
                pass
    return added, deleted


RULES = (
    Rule("unreachable-action", Severity.WARNING, _out_of_reach),
    Rule("contradiction", Severity.WARNING, _contradictions),
    Rule("never-true", Severity.WARNING, _never_true),
    Rule("no-value", Severity.WARNING, _without_value),
    Rule("unreachable-goal", Severity.WARNING, _goal_out_of_reach),
    Rule("unused-predicate", Severity.NOTE, _unused_predicates),
    Rule("unread-predicate", Severity.NOTE, _unread_predicates),
    Rule("unused-function", Severity.NOTE, _unused_functions),
    Rule("unused-type", Severity.NOTE, _unused_types),
    Rule("unused-parameter", Severity.NOTE, _unused_parameters),
    Rule("no-effect", Severity.NOTE, _without_effects),
    Rule("add-and-delete", Severity.NOTE, _adds_and_deletes),
    Rule("shared-name", Severity.NOTE, _names_shared),
)
