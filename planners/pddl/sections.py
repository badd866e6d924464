"""What domain and problem have in common: the head, the sections, the declared objects."""

from collections.abc import Collection, Mapping

from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge, UnsupportedTask
from planners.pddl.lists import Typed, group_of, name_of
from planners.pddl.notes import KNOWN, REFUSED, Notes
from planners.pddl.syntax import Group, describe, parse
from planners.pddl.tokens import Source, Word
from planners.pddl.types import Types

MAX_OBJECTS = 100_000

_REFUSED_SECTIONS = {
    ":axiom": "axioms as in PDDL 1.2; `:derived` rules are read",
    ":process": "processes",
    ":event": "events",
    ":task": "task networks",
    ":method": "task networks",
    ":htn": "task networks",
}

Section = tuple[Word, Group]


def open_definition(source: Source, kind: str) -> tuple[str, list[Section]]:
    """Parse a text and take its head off.

    Args:
        source: The text.
        kind: `domain` or `problem`.

    Returns:
        The name that the text gives itself, and its sections with their keywords.

    Raises:
        TaskSyntaxError: if it is not `(define (KIND NAME) (:SECTION …) …)`.
    """
    group = parse(source)
    match group.items:
        case (Word(text="define"), Group(items=(Word(text=found), name)), *rest) if found == kind:
            title = name_of(source, name, f"the {kind}").text
        case (Word(text="define"), Group(items=(Word() as other, *_)), *_):
            message = f"expected `({kind} NAME)`, found {describe(other)}"
            raise source.fault(TaskSyntaxError, other.offset, message)
        case _:
            message = f"expected `(define ({kind} NAME) …)`, found {describe(group)}"
            raise source.fault(TaskSyntaxError, group.offset, message)
    sections = []
    for node in rest:
        section = group_of(source, node, "a section such as `(:requirements …)`")
        match section.items:
            case (Word(text=text) as keyword, *_) if text.startswith(":"):
                sections.append((keyword, section))
            case _:
                message = f"expected a section such as `(:requirements …)`, found {describe(node)}"
                raise source.fault(TaskSyntaxError, node.offset, message)
    return title, sections


def by_keyword(
    source: Source, sections: list[Section], *, once: Collection[str], many: Collection[str] = ()
) -> dict[str, Section]:
    """Sort out the sections that may stand once.

    Args:
        source: The text.
        sections: As they came.
        once: Keywords of sections that may stand once.
        many: Keywords of sections that may be repeated; they are not returned.

    Raises:
        TaskSemanticError: if a section is repeated.
        UnsupportedTask: if a section has another keyword.
    """
    found: dict[str, Section] = {}
    for keyword, section in sections:
        text = keyword.text
        if text in many:
            continue
        if text in _REFUSED_SECTIONS:
            message = f"`{text}` ({_REFUSED_SECTIONS[text]}) is not supported"
            raise source.fault(UnsupportedTask, keyword.offset, message)
        if text not in once:
            message = (
                f"the section `{text[:40]}` is not supported; known are {', '.join((*once, *many))}"
            )
            raise source.fault(UnsupportedTask, keyword.offset, message)
        if text in found:
            message = f"the section `{text}` stands twice"
            raise source.fault(TaskSemanticError, keyword.offset, message)
        found[text] = (keyword, section)
    return found


def read_requirements(source: Source, section: Section | None, notes: Notes) -> tuple[str, ...]:
    """Read the declared requirements; none where the section is missing.

    Raises:
        UnsupportedTask: if one would change what the rest of the text means.
    """
    requirements: dict[str, None] = {}
    for node in section[1].items[1:] if section else ():
        if not (isinstance(node, Word) and node.text.startswith(":")):
            message = f"expected a requirement such as `:strips`, found {describe(node)}"
            raise source.fault(TaskSyntaxError, node.offset, message)
        if node.text in REFUSED:
            message = f"the requirement `{node.text}` is not supported"
            raise source.fault(UnsupportedTask, node.offset, message)
        if node.text not in KNOWN:
            message = f"no requirement is called `{node.text[:40]}`; it is passed over"
            notes.warn(source, node.offset, message)
        requirements[node.text] = None
    return tuple(requirements)


def add_objects(
    source: Source,
    declared: list[tuple[Typed, Types]],
    known: Mapping[str, Types],
    notes: Notes,
) -> dict[str, Types]:
    """Add objects to those that are known. One declared twice has to keep its types.

    Raises:
        TaskSemanticError: if an object is declared again with other types.
        TaskTooLarge: past `MAX_OBJECTS`.
    """
    objects = dict(known)
    for typed, types in declared:
        name = typed.name.text
        before = objects.setdefault(name, types)
        if before is not types:
            if set(before) != set(types):
                message = (
                    f"`{name}` is declared as {' or '.join(types)}"
                    f" and before as {' or '.join(before)}"
                )
                raise source.fault(TaskSemanticError, typed.name.offset, message)
            notes.warn(source, typed.name.offset, f"`{name}` is declared twice")
        if len(objects) > MAX_OBJECTS:
            message = f"more than {MAX_OBJECTS} objects"
            raise source.fault(TaskTooLarge, typed.name.offset, message)
    return objects
