"""The text of a domain, read."""

from collections.abc import Mapping
from dataclasses import dataclass

from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge, UnsupportedTask
from planners.pddl.conditions import CONNECTIVES, ConditionReader
from planners.pddl.effects import EffectReader
from planners.pddl.lists import group_of, name_of, names
from planners.pddl.model import (
    EQUALS,
    OBJECT,
    ActionSchema,
    And,
    AndEffect,
    Parameter,
)
from planners.pddl.notes import Notes
from planners.pddl.sections import (
    Section,
    add_objects,
    by_keyword,
    open_definition,
    read_requirements,
)
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.types import Hierarchy, Types, cyclic
from planners.pddl.vocabulary import Vocabulary

MAX_TYPES = 1_000

Declared = dict[str, tuple[Parameter, ...]]

_SECTIONS = (":requirements", ":types", ":constants", ":predicates", ":functions", ":action")
_ACTION_KEYS = (":parameters", ":precondition", ":effect")
_REFUSED_ACTION_KEYS = (":vars", ":duration", ":condition", ":agent", ":observe", ":expansion")
_RESERVED = CONNECTIVES | {"when"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What a domain declares. See `planners.pddl.model.LiftedTask`."""

    name: str
    requirements: tuple[str, ...]
    types: Mapping[str, Types]
    constants: Mapping[str, Types]
    predicates: Mapping[str, tuple[Parameter, ...]]
    functions: Mapping[str, tuple[Parameter, ...]]
    actions: Mapping[str, ActionSchema]
    hierarchy: Hierarchy


def read_domain(source: Source, notes: Notes) -> Domain:
    """Read a domain.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    name, sections = open_definition(source, "domain")
    found = by_keyword(source, sections, once=_SECTIONS[:-1], many=_SECTIONS[-1:])
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
    vocabulary.predicates = _predicates(vocabulary, found.get(":predicates"))
    vocabulary.functions = _functions(vocabulary, found.get(":functions"))
    return Domain(
        name=name,
        requirements=requirements,
        types=types,
        constants=vocabulary.objects,
        predicates=vocabulary.predicates,
        functions=vocabulary.functions,
        actions=_actions(vocabulary, [group for word, group in sections if word.text == ":action"]),
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


def _predicates(
    vocabulary: Vocabulary, section: Section | None
) -> dict[str, tuple[Parameter, ...]]:
    predicates: dict[str, tuple[Parameter, ...]] = {}
    for node in section[1].items[1:] if section else ():
        name, parameters = _declaration(vocabulary, node, "a predicate")
        if name.text == EQUALS:
            vocabulary.notes.warn(
                vocabulary.source, name.offset, "`=` is built in and need not be declared"
            )
        elif name.text in _RESERVED:
            message = f"`{name.text}` is a word of PDDL and cannot name a predicate"
            raise vocabulary.semantic(name.offset, message)
        else:
            _declare(vocabulary, predicates, name, parameters)
    return predicates


def _functions(vocabulary: Vocabulary, section: Section | None) -> Declared:
    functions: Declared = {}
    rest = iter(section[1].items[1:] if section else ())
    for node in rest:
        if isinstance(node, Word) and node.text == "-" and functions:
            kind = next(rest, node)
            if not (isinstance(kind, Word) and kind.text == "number"):
                what = f"a function with values in {describe(kind)} (object fluents)"
                raise vocabulary.unsupported(kind.offset, what)
        else:
            name, parameters = _declaration(vocabulary, node, "a function")
            _declare(vocabulary, functions, name, parameters)
    return functions


def _declaration(
    vocabulary: Vocabulary, node: Node, what: str
) -> tuple[Word, tuple[Parameter, ...]]:
    group = group_of(vocabulary.source, node, f"the declaration of {what}")
    if not group.items:
        message = f"expected the name of {what}, found `()`"
        raise vocabulary.source.fault(TaskSyntaxError, group.offset, message)
    name = name_of(vocabulary.source, group.items[0], what)
    return name, vocabulary.parameters(group.items[1:], distinct=False)


def _declare(
    vocabulary: Vocabulary,
    known: Declared,
    name: Word,
    parameters: tuple[Parameter, ...],
) -> None:
    before = known.setdefault(name.text, parameters)
    if before is parameters:
        return
    if [parameter.types for parameter in before] != [parameter.types for parameter in parameters]:
        message = f"`{name.text}` is declared twice, with different parameters"
        raise vocabulary.semantic(name.offset, message)
    vocabulary.notes.warn(vocabulary.source, name.offset, f"`{name.text}` is declared twice")


def _actions(vocabulary: Vocabulary, groups: list[Group]) -> dict[str, ActionSchema]:
    actions: dict[str, ActionSchema] = {}
    conditions = ConditionReader(vocabulary, strict=False)
    effects = EffectReader(vocabulary)
    for group in groups:
        if len(group.items) < 2:
            message = "expected the name of an action behind `:action`"
            raise vocabulary.source.fault(TaskSyntaxError, group.end, message)
        name = name_of(vocabulary.source, group.items[1], "an action")
        if name.text in actions:
            raise vocabulary.semantic(name.offset, f"two actions are called `{name.text}`")
        parts = _action_parts(vocabulary.source, group)
        parameters: tuple[Parameter, ...] = ()
        if ":parameters" in parts:
            listed = group_of(vocabulary.source, parts[":parameters"], "parameters")
            parameters = vocabulary.parameters(listed.items, distinct=True)
        bound = {parameter.name: parameter.types for parameter in parameters}
        precondition, effect = parts.get(":precondition"), parts.get(":effect")
        actions[name.text] = ActionSchema(
            name=name.text,
            parameters=parameters,
            precondition=conditions.read(precondition, bound) if precondition else And(),
            effect=effects.read(effect, bound) if effect else AndEffect(),
        )
    return actions


def _action_parts(source: Source, group: Group) -> dict[str, Node]:
    parts: dict[str, Node] = {}
    rest = iter(group.items[2:])
    for key in rest:
        if isinstance(key, Word) and key.text in _REFUSED_ACTION_KEYS:
            message = f"`{key.text}` in an action is not supported"
            raise source.fault(UnsupportedTask, key.offset, message)
        if not (isinstance(key, Word) and key.text in _ACTION_KEYS):
            message = f"expected {', '.join(_ACTION_KEYS)}, found {describe(key)}"
            raise source.fault(TaskSyntaxError, key.offset, message)
        if key.text in parts:
            message = f"`{key.text}` stands twice in this action"
            raise source.fault(TaskSyntaxError, key.offset, message)
        value = next(rest, None)
        if value is None:
            message = f"nothing stands behind `{key.text}`"
            raise source.fault(TaskSyntaxError, key.offset, message)
        parts[key.text] = value
    return parts
