"""Assignments to object functions: how they are read, and what keeps values single.

An assignment takes every value back and adds the new one; added is stronger than deleted.
That is right only where the values that are read exist, and where no function is given two
values at once. Both are demanded as conditions beside the effect.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from planners.errors import TaskTooLarge
from planners.pddl.formula import (
    EQUALS,
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    FunctionTerm,
    Imply,
    Or,
    Parameter,
)
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, When
from planners.pddl.object_functions import FreshNames, all_of
from planners.pddl.renaming import renamed
from planners.pddl.vocabulary import Vocabulary

# Each pair of them is compared.
MAX_ASSIGNMENTS = 16


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment to an object function, and when it takes place.

    Attributes:
        function: The function.
        terms: What it is applied to.
        value: The new value, or None where it has none then.
        parameters: It takes place for all objects of their types,
        conditions: for which all of these hold.
        lookups: The atoms that tell some of the parameters, their last terms, by others.
    """

    function: str
    terms: tuple[str, ...]
    value: str | None
    parameters: tuple[Parameter, ...] = ()
    conditions: tuple[Formula, ...] = ()
    lookups: tuple[Atom, ...] = ()

    @property
    def free(self) -> frozenset[str]:
        """The parameters that are not looked up."""
        told = {atom.terms[-1] for atom in self.lookups}
        return frozenset(each.name for each in self.parameters if each.name not in told)

    @property
    def varying(self) -> frozenset[str]:
        """The parameters that are free, or looked up by such ones."""
        found = set(self.free)
        # What an atom looks something up by stands before it.
        for atom in self.lookups:
            if not found.isdisjoint(atom.terms[:-1]):
                found.add(atom.terms[-1])
        return frozenset(found)

    def under(self, names: Mapping[str, str]) -> "Assignment":
        """Return the same assignment with other variables."""
        parameters = [
            Parameter(names.get(each.name, each.name), each.types) for each in self.parameters
        ]
        return Assignment(
            self.function,
            tuple(names.get(term, term) for term in self.terms),
            None if self.value is None else names.get(self.value, self.value),
            tuple(parameters),
            tuple(renamed(each, names) for each in self.conditions),
            tuple(_atom(each, names) for each in self.lookups),
        )


def assigned(function: FunctionTerm, value: str | None, every: Parameter) -> Effect:
    """Make the effect of an assignment.

    Args:
        function: The object function.
        value: The new value, or None where it has none then.
        every: A variable for the values that are taken back.
    """
    name, terms = function.function, function.terms
    cleared = ForallEffect((every,), AtomEffect(Atom(name, (*terms, every.name)), positive=False))
    if value is None:
        return cleared
    return AndEffect((cleared, AtomEffect(Atom(name, (*terms, value)))))


def guarded(vocabulary: Vocabulary, condition: Formula, effect: Effect, offset: int) -> Formula:
    """Add to a condition what an effect at the same time needs for functions to stay such.

    Args:
        vocabulary: What the effect was read with.
        condition: What has to hold as far as it is written.
        effect: As `EffectReader` read it, or put together from such effects.
        offset: The place of the action.

    Raises:
        TaskTooLarge: past `MAX_ASSIGNMENTS`.
    """
    if not vocabulary.object_functions:
        return condition
    needs = _needed(vocabulary, effect, offset)
    if not needs:
        return condition
    written = condition.operands if isinstance(condition, And) else (condition,)
    return And((*written, *needs))


def _needed(vocabulary: Vocabulary, effect: Effect, offset: int) -> tuple[Formula, ...]:
    functions, names = vocabulary.object_functions, vocabulary.fresh
    found: dict[str, list[Assignment]] = {}
    for assignment in _assignments(effect, functions, names):
        same = found.setdefault(assignment.function, [])
        same.append(assignment)
        if len(same) > MAX_ASSIGNMENTS:
            message = (
                f"one action assigns to `{same[0].function}` more than {MAX_ASSIGNMENTS} times"
            )
            raise vocabulary.source.fault(TaskTooLarge, offset, message)
    needs = [*_values_exist(effect, names)]
    for same in found.values():
        needs += [_agree(each, _again(each, names)) for each in same if _repeats(each)]
        needs += [_agree(one, _met(one, other)) for one, other in combinations(same, 2)]
    return tuple(dict.fromkeys(each for each in needs if each != And()))


def _is_lookup(effect: ForallEffect, names: FreshNames) -> bool:
    return bool(effect.parameters) and effect.parameters[0].name in names


def _values_exist(effect: Effect, names: FreshNames) -> Iterator[Formula]:
    match effect:
        case AndEffect(effects):
            for each in effects:
                yield from _values_exist(each, names)
        case When(condition, inner):
            parts = tuple(_values_exist(inner, names))
            if parts:
                yield Imply(condition, all_of(parts))
        case ForallEffect(parameters, When(condition, _)) if _is_lookup(effect, names):
            yield from _each_exists(parameters, condition)
        case ForallEffect(parameters, inner):
            parts = tuple(_values_exist(inner, names))
            if parts:
                yield Forall(parameters, all_of(parts))


def _each_exists(parameters: tuple[Parameter, ...], condition: Formula) -> Iterator[Formula]:
    """Say that looked up values exist: one by one, where none is looked up by another."""
    atoms = _lookups(condition)
    names = {each.name for each in parameters}
    if any(not names.isdisjoint(atom.terms[:-1]) for atom in atoms):
        yield Exists(parameters, condition)
        return
    for parameter, atom in zip(parameters, atoms, strict=True):
        yield Exists((parameter,), atom)


def _assignments(
    effect: Effect, functions: Container[str], names: FreshNames
) -> Iterator[Assignment]:
    """Find the assignments of an effect, each with variables that no other one has."""
    front: list[tuple[Effect, Assignment, Mapping[str, str]]]
    front = [(effect, Assignment("", (), None), {})]
    while front:
        part, around, renaming = front.pop()
        match part:
            case AndEffect(
                (ForallEffect(_, AtomEffect(Atom(function), False)), AtomEffect(Atom(added, terms)))
            ) if function in functions and added == function:
                yield _at(around, function, terms[:-1], terms[-1], renaming)
            case ForallEffect(_, AtomEffect(Atom(function, terms), False)) if function in functions:
                yield _at(around, function, terms[:-1], None, renaming)
            case AndEffect(effects):
                front.extend((each, around, renaming) for each in reversed(effects))
            case When(condition, inner):
                conditions = (*around.conditions, renamed(condition, renaming))
                front.append((inner, replace(around, conditions=conditions), renaming))
            case ForallEffect(parameters, inner):
                new = {each.name: names.unlike_all(each.name) for each in parameters}
                own = tuple(Parameter(new[each.name], each.types) for each in parameters)
                deeper = replace(around, parameters=(*around.parameters, *own))
                names_here = {**renaming, **new}
                if _is_lookup(part, names) and isinstance(inner, When):
                    found = (_atom(atom, names_here) for atom in _lookups(inner.condition))
                    deeper = replace(deeper, lookups=(*around.lookups, *found))
                front.append((inner, deeper, names_here))


def _lookups(condition: Formula) -> tuple[Atom, ...]:
    """Return the atoms that a lookup consists of."""
    parts = condition.operands if isinstance(condition, And) else (condition,)
    return tuple(part for part in parts if isinstance(part, Atom))


def _atom(atom: Atom, names: Mapping[str, str]) -> Atom:
    return Atom(atom.predicate, tuple(names.get(term, term) for term in atom.terms))


def _at(
    around: Assignment,
    function: str,
    terms: tuple[str, ...],
    value: str | None,
    renaming: Mapping[str, str],
) -> Assignment:
    return replace(
        around,
        function=function,
        terms=tuple(renaming.get(term, term) for term in terms),
        value=None if value is None else renaming.get(value, value),
    )


def _repeats(assignment: Assignment) -> bool:
    """Say whether it may give several values to one function of the same terms."""
    return assignment.value in assignment.varying and not assignment.free <= {*assignment.terms}


def _again(assignment: Assignment, names: FreshNames) -> Assignment:
    """Return the same assignment with other variables, as far as their values may differ."""
    return assignment.under({name: names.unlike_all(name) for name in sorted(assignment.varying)})


def _met(one: Assignment, other: Assignment) -> Assignment:
    """Let the other assignment share what both look up."""
    fixed = {atom.terms[-1] for atom in one.lookups} - one.varying
    known = {
        (atom.predicate, *atom.terms[:-1]): atom.terms[-1]
        for atom in one.lookups
        if atom.terms[-1] in fixed
    }
    shared: dict[str, str] = {}
    for atom in other.lookups:
        if atom.terms[-1] not in other.varying:
            found = _atom(atom, shared)
            name = known.get((found.predicate, *found.terms[:-1]))
            if name is not None:
                shared[atom.terms[-1]] = name
    return other.under(shared)


def _agree(one: Assignment, other: Assignment) -> Formula:
    """Say that two assignments, where they take place of one function, give one value.

    Variables of both have to have one value. `And()` where agreement is plain.
    """
    meeting = [pair for pair in zip(one.terms, other.terms, strict=True) if len({*pair}) > 1]
    apart = any(first[0] != "?" and second[0] != "?" for first, second in meeting)
    if apart or one.value == other.value:
        return And()
    same: Formula = Or()
    if one.value is not None and other.value is not None:
        same = Atom(EQUALS, (one.value, other.value))
    parameters = tuple(dict.fromkeys((*one.parameters, *other.parameters)))
    own = {each.name for each in parameters}
    # What is said of the step's own arguments stands outside: it settles most steps.
    outer: list[Formula] = [Atom(EQUALS, pair) for pair in meeting if own.isdisjoint(pair)]
    inner = [Atom(EQUALS, pair) for pair in meeting if not own.isdisjoint(pair)]
    premises = tuple(dict.fromkeys((*inner, *one.conditions, *other.conditions)))
    if premises:
        same = Imply(all_of(premises), same)
    if parameters:
        same = Forall(parameters, same)
    return Imply(all_of(tuple(outer)), same) if outer else same
