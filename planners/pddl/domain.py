"""The text of a domain, read."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from planners.errors import TaskSemanticError, TaskTooLarge
from planners.pddl.actions import ACTION, DURATIVE, read_actions
from planners.pddl.declarations import read_functions, read_predicates
from planners.pddl.derived import DERIVED, read_bodies, read_heads
from planners.pddl.formula import OBJECT, Parameter
from planners.pddl.lists import names
from planners.pddl.model import ActionSchema, Axiom, DurativeSchema, Preference, Trajectory
from planners.pddl.notes import Notes
from planners.pddl.object_functions import ObjectFunction
from planners.pddl.sections import (
    Section,
    add_objects,
    by_keyword,
    open_definition,
    read_requirements,
)
from planners.pddl.tokens import Source
from planners.pddl.trajectories import read_constraints
from planners.pddl.types import Hierarchy, Types, cyclic
from planners.pddl.vocabulary import Vocabulary

MAX_TYPES = 1_000

_ONCE = (":requirements", ":types", ":constants", ":predicates", ":functions", ":constraints")
_MANY = (DERIVED, ACTION, DURATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What a domain declares. See `planners.pddl.model.LiftedTask`."""

    name: str
    requirements: tuple[str, ...]
    types: Mapping[str, Types]
    constants: Mapping[str, Types]
    predicates: Mapping[str, tuple[Parameter, ...]]
    functions: Mapping[str, tuple[Parameter, ...]]
    object_functions: Mapping[str, ObjectFunction]
    derived: AbstractSet[str]
    axioms: tuple[Axiom, ...]
    actions: Mapping[str, ActionSchema]
    durative_actions: Mapping[str, DurativeSchema]
    constraints: tuple[Trajectory, ...]
    preferences: tuple[Preference, ...]
    hierarchy: Hierarchy


def read_domain(source: Source, notes: Notes) -> Domain:
    """Read a domain.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    name, sections = open_definition(source, "domain")
    found = by_keyword(source, sections, once=_ONCE, many=_MANY)
    requirements = read_requirements(source, found.get(":requirements"), notes)
    types = _types(source, found.get(":types"), notes)
    vocabulary = Vocabulary(
        source=source,
        notes=notes,
        hierarchy=Hierarchy(types),
        objects={},
        predicates={},
        functions={},
    )
    vocabulary.objects = _constants(vocabulary, found.get(":constants"))
    vocabulary.predicates = read_predicates(vocabulary, found.get(":predicates"))
    functions = read_functions(vocabulary, found.get(":functions"))
    vocabulary.functions, vocabulary.object_functions = functions
    rules = read_heads(vocabulary, sections)
    vocabulary.derived = frozenset(rule.name.text for rule in rules)
    axioms = read_bodies(vocabulary, rules)
    actions, durative_actions = read_actions(vocabulary, sections)
    constraints, preferences = read_constraints(vocabulary, found.get(":constraints"))
    return Domain(
        name=name,
        requirements=requirements,
        types=types,
        constants=vocabulary.objects,
        predicates=vocabulary.predicates,
        functions=vocabulary.functions,
        object_functions=vocabulary.object_functions,
        derived=vocabulary.derived,
        axioms=axioms,
        actions=actions,
        durative_actions=durative_actions,
        constraints=constraints,
        preferences=preferences,
        hierarchy=vocabulary.hierarchy,
    )


def _types(source: Source, section: Section | None, notes: Notes) -> dict[str, Types]:
    parents: dict[str, Types] = {OBJECT: ()}
    places: dict[str, int] = {}
    if section is not None and len(section[1].items) > 1:
        notes.use(":typing", source, section[0].offset, "`:types`")
    for name, words in names(source, section[1].items[1:], "a type") if section else ():
        types = tuple(word.text for word in words) or (OBJECT,)
        if name.text == OBJECT:
            if types != (OBJECT,):
                message = f"`{OBJECT}` is the type of everything; nothing stands above it"
                raise source.fault(TaskSemanticError, name.offset, message)
            continue
        before = parents.get(name.text, (OBJECT,))
        if name.text in parents:
            if OBJECT not in (*before, *types) and set(before) != set(types):
                message = f"`{name.text}` is declared twice, below different types"
                raise source.fault(TaskSemanticError, name.offset, message)
            notes.warn(source, name.offset, f"the type `{name.text}` is declared twice")
        # The type of everything says nothing about a type that is declared again.
        parents[name.text] = before if types == (OBJECT,) else types
        places.setdefault(name.text, name.offset)
        if len(parents) > MAX_TYPES:
            raise source.fault(TaskTooLarge, name.offset, f"more than {MAX_TYPES} types")
    for types in tuple(parents.values()):
        for mentioned in types:
            parents.setdefault(mentioned, (OBJECT,))
    looping = cyclic(parents)
    if looping is not None:
        message = f"the type `{looping}` stands above itself"
        raise source.fault(TaskSemanticError, places[looping], message)
    return parents


def _constants(vocabulary: Vocabulary, section: Section | None) -> dict[str, Types]:
    source = vocabulary.source
    listed = names(source, section[1].items[1:], "a constant") if section else []
    declared = [(typed, vocabulary.types_of(typed)) for typed in listed]
    return add_objects(source, declared, {}, vocabulary.notes)
