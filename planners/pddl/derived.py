"""Rules for derived predicates, read: `(:derived (above ?x ?y) CONDITION)`."""

from typing import NamedTuple

from planners.errors import TaskSyntaxError
from planners.pddl.axioms import negative_cycle
from planners.pddl.conditions import ConditionReader
from planners.pddl.declarations import declaration
from planners.pddl.formula import OBJECT, Parameter
from planners.pddl.model import Axiom
from planners.pddl.sections import Section
from planners.pddl.syntax import Group, Node
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Vocabulary

DERIVED = ":derived"

# Of a longer way round, an error tells the beginning.
_MAX_NAMED = 10


class Rule(NamedTuple):
    """A rule whose body was not read yet.

    Attributes:
        name: The predicate that it derives.
        parameters: Of which objects it tells.
        body: When the predicate holds of them.
    """

    name: Word
    parameters: tuple[Parameter, ...]
    body: Node


def read_heads(vocabulary: Vocabulary, sections: list[Section]) -> list[Rule]:
    """Read what the rules of a domain derive.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    return [
        _head(vocabulary, keyword, group) for keyword, group in sections if keyword.text == DERIVED
    ]


def read_bodies(vocabulary: Vocabulary, rules: list[Rule]) -> tuple[Axiom, ...]:
    """Read the rules of a domain to their end.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    conditions = ConditionReader(vocabulary, strict=False)
    axioms = []
    for rule in rules:
        bound = {parameter.name: parameter.types for parameter in rule.parameters}
        body = conditions.read(rule.body, bound)
        axioms.append(Axiom(rule.name.text, rule.parameters, body))
    cycle = negative_cycle(axioms)
    if cycle is not None:
        start, way = cycle
        place = next(rule.name.offset for rule in rules if rule.name.text == start)
        needs = ", which needs ".join(
            f"`{name}`" if positive else f"not `{name}`" for name, positive in way[:_MAX_NAMED]
        )
        more = " and so on" if len(way) > _MAX_NAMED else ""
        message = f"a derived predicate depends on its own negation: `{start}` needs {needs}{more}"
        raise vocabulary.semantic(place, message)
    return tuple(axioms)


def _head(vocabulary: Vocabulary, keyword: Word, group: Group) -> Rule:
    source = vocabulary.source
    if len(group.items) != 3:
        message = f"expected `(:derived (PREDICATE ?x …) CONDITION)`, found {len(group.items) - 1}"
        raise source.fault(TaskSyntaxError, keyword.offset, f"{message} parts")
    vocabulary.use(":derived-predicates", keyword.offset, f"`{DERIVED}`")
    node = group.items[1]
    name, parameters = declaration(vocabulary, node, "a derived predicate", distinct=True)
    declared = vocabulary.predicates.get(name.text)
    if declared is None:
        raise vocabulary.semantic(name.offset, f"no predicate is called `{name.text}`")
    if len(parameters) != len(declared):
        message = f"`{name.text}` takes {len(declared)} arguments, found {len(parameters)}"
        raise vocabulary.semantic(name.offset, message)
    return Rule(name, _fitted(vocabulary, name, parameters, declared), group.items[2])


def _fitted(
    vocabulary: Vocabulary,
    name: Word,
    parameters: tuple[Parameter, ...],
    declared: tuple[Parameter, ...],
) -> tuple[Parameter, ...]:
    """Check the types of a head. A variable without one has that of the declaration."""
    found = []
    for parameter, wanted in zip(parameters, declared, strict=True):
        if parameter.types == (OBJECT,):
            found.append(Parameter(parameter.name, wanted.types))
        elif vocabulary.hierarchy.variable_fits(parameter.types, wanted.types):
            found.append(parameter)
        else:
            types = f"{' or '.join(parameter.types)}, expected {' or '.join(wanted.types)}"
            message = f"`{parameter.name}` of the derived `{name.text}` is of type {types}"
            raise vocabulary.semantic(name.offset, message)
    return tuple(found)
