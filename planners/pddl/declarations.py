"""`:predicates` and `:functions`, read: what may be said of objects, and with how many."""

from typing import NamedTuple

from planners.errors import TaskSyntaxError
from planners.pddl.conditions import CONNECTIVES
from planners.pddl.formula import EQUALS, Parameter
from planners.pddl.lists import Typed, group_of, name_of, types_behind_dash
from planners.pddl.object_functions import ObjectFunction
from planners.pddl.sections import Section
from planners.pddl.syntax import Node, describe
from planners.pddl.tokens import Word
from planners.pddl.types import Types
from planners.pddl.vocabulary import ARITHMETIC, Vocabulary

NUMBER = "number"

Declared = dict[str, tuple[Parameter, ...]]

_RESERVED = CONNECTIVES | {"when"}


class Functions(NamedTuple):
    """The functions of a domain.

    Attributes:
        numeric: Those with numbers as values, with their parameters.
        objects: Those with objects as values.
    """

    numeric: Declared
    objects: dict[str, ObjectFunction]


def read_predicates(vocabulary: Vocabulary, section: Section | None) -> Declared:
    """Read the predicates of a domain with their parameters.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    predicates: Declared = {}
    for node in section[1].items[1:] if section else ():
        name, parameters = declaration(vocabulary, node, "a predicate", distinct=False)
        if name.text == EQUALS:
            message = "`=` is built in and need not be declared"
            vocabulary.notes.warn(vocabulary.source, name.offset, message)
            continue
        if name.text in _RESERVED:
            message = f"`{name.text}` is a word of PDDL and cannot name a predicate"
            raise vocabulary.semantic(name.offset, message)
        before = predicates.setdefault(name.text, parameters)
        if before is not parameters:
            _check_same(vocabulary, name, _signature(before), _signature(parameters))
    return predicates


def read_functions(vocabulary: Vocabulary, section: Section | None) -> Functions:
    """Read the functions of a domain. One without a type has numbers as values.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    functions = Functions({}, {})
    waiting: list[tuple[Word, tuple[Parameter, ...]]] = []
    rest = iter(section[1].items[1:] if section else ())
    for node in rest:
        if isinstance(node, Word) and node.text == "-":
            kind = next(rest, None)
            if kind is None or not waiting:
                message = "a dash stands between functions and the type of their values"
                raise vocabulary.source.fault(TaskSyntaxError, node.offset, message)
            values = _values(vocabulary, waiting[-1][0], kind)
            for name, parameters in waiting:
                _declare(vocabulary, functions, name, parameters, values)
            waiting = []
        else:
            waiting.append(declaration(vocabulary, node, "a function", distinct=False))
    for name, parameters in waiting:
        _declare(vocabulary, functions, name, parameters, None)
    return functions


def declaration(
    vocabulary: Vocabulary, node: Node, what: str, *, distinct: bool
) -> tuple[Word, tuple[Parameter, ...]]:
    """Read a name with typed variables behind it.

    Args:
        vocabulary: The names that may be used.
        node: The declaration.
        what: What is declared, for messages.
        distinct: Whether one variable given twice is an error.
    """
    group = group_of(vocabulary.source, node, f"the declaration of {what}")
    if not group.items:
        message = f"expected the name of {what}, found `()`"
        raise vocabulary.source.fault(TaskSyntaxError, group.offset, message)
    name = name_of(vocabulary.source, group.items[0], what)
    return name, vocabulary.parameters(group.items[1:], distinct=distinct)


def _values(vocabulary: Vocabulary, name: Word, kind: Node) -> Types | None:
    """Read the type of values; None for numbers."""
    if isinstance(kind, Word) and kind.text == NUMBER:
        return None
    types = vocabulary.types_of(Typed(name, types_behind_dash(vocabulary.source, kind)))
    vocabulary.use(":object-fluents", kind.offset, f"a function with values in {describe(kind)}")
    return types


def _declare(
    vocabulary: Vocabulary,
    functions: Functions,
    name: Word,
    parameters: tuple[Parameter, ...],
    values: Types | None,
) -> None:
    text = name.text
    if text in ARITHMETIC or text in _RESERVED or text == EQUALS:
        message = f"`{text}` is a word of PDDL and cannot name a function"
        raise vocabulary.semantic(name.offset, message)
    if values is not None and text in vocabulary.predicates:
        what = f"a predicate and a function with objects as values, both called `{text}`,"
        raise vocabulary.unsupported(name.offset, what)
    before = _known(functions, text)
    if before is None:
        if values is None:
            functions.numeric[text] = parameters
        else:
            functions.objects[text] = ObjectFunction(parameters, values)
    else:
        _check_same(vocabulary, name, before, (_signature(parameters), values))


def _known(functions: Functions, name: str) -> object:
    if name in functions.numeric:
        return _signature(functions.numeric[name]), None
    if name in functions.objects:
        function = functions.objects[name]
        return _signature(function.parameters), function.types
    return None


def _signature(parameters: tuple[Parameter, ...]) -> tuple[Types, ...]:
    return tuple(parameter.types for parameter in parameters)


def _check_same(vocabulary: Vocabulary, name: Word, before: object, now: object) -> None:
    if before != now:
        message = f"`{name.text}` is declared twice, with different parameters or values"
        raise vocabulary.semantic(name.offset, message)
    vocabulary.notes.warn(vocabulary.source, name.offset, f"`{name.text}` is declared twice")
