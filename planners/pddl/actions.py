"""The actions of a domain, read: those that take no time, and the durative ones."""

from planners.errors import TaskSyntaxError, UnsupportedTask
from planners.pddl.assignments import guarded
from planners.pddl.conditions import ConditionReader
from planners.pddl.durative import read_durative
from planners.pddl.effects import EffectReader
from planners.pddl.formula import And, Formula, Parameter
from planners.pddl.lists import group_of, name_of
from planners.pddl.model import ActionSchema, AndEffect, DurativeSchema, StepPreference
from planners.pddl.preferences import read_precondition
from planners.pddl.sections import Section
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.vocabulary import Vocabulary

ACTION = ":action"
DURATIVE = ":durative-action"

_KEYS = {
    ACTION: (":parameters", ":precondition", ":effect"),
    DURATIVE: (":parameters", ":duration", ":condition", ":effect"),
}
_REFUSED_KEYS = (":vars", ":agent", ":observe", ":expansion")


def read_actions(
    vocabulary: Vocabulary, sections: list[Section]
) -> tuple[dict[str, ActionSchema], dict[str, DurativeSchema]]:
    """Read the actions among the sections of a domain, each by its name.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    plain: dict[str, ActionSchema] = {}
    durative: dict[str, DurativeSchema] = {}
    reader = _PlainReader(vocabulary)
    for keyword, group in sections:
        if keyword.text not in _KEYS:
            continue
        if len(group.items) < 2:
            message = f"expected the name of an action behind `{keyword.text}`"
            raise vocabulary.source.fault(TaskSyntaxError, group.end, message)
        name = name_of(vocabulary.source, group.items[1], "an action")
        if name.text in plain or name.text in durative:
            raise vocabulary.semantic(name.offset, f"two actions are called `{name.text}`")
        parts = _parts(vocabulary.source, keyword, group)
        parameters = _parameters(vocabulary, parts.get(":parameters"))
        if keyword.text == DURATIVE:
            durative[name.text] = read_durative(vocabulary, name, parameters, parts)
        else:
            plain[name.text] = reader.read(name, parameters, parts)
    return plain, durative


class _PlainReader:
    """Reads actions that take no time.

    Args:
        vocabulary: The names that may be used.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._conditions = ConditionReader(vocabulary, strict=False)
        self._effects = EffectReader(vocabulary)

    def read(
        self, name: Word, parameters: tuple[Parameter, ...], parts: dict[str, Node]
    ) -> ActionSchema:
        """Read an action; each of its parts may be missing."""
        bound = {parameter.name: parameter.types for parameter in parameters}
        needed: Formula = And()
        preferences: tuple[StepPreference, ...] = ()
        if ":precondition" in parts:
            node = parts[":precondition"]
            needed, preferences = read_precondition(self._vocabulary, self._conditions, node, bound)
        written = parts.get(":effect")
        effect = self._effects.read(written, bound) if written else AndEffect()
        return ActionSchema(
            name=name.text,
            parameters=parameters,
            precondition=guarded(self._vocabulary, needed, effect, name.offset),
            effect=effect,
            preferences=preferences,
        )


def _parameters(vocabulary: Vocabulary, node: Node | None) -> tuple[Parameter, ...]:
    if node is None:
        return ()
    listed = group_of(vocabulary.source, node, "parameters")
    return vocabulary.parameters(listed.items, distinct=True)


def _parts(source: Source, keyword: Word, group: Group) -> dict[str, Node]:
    known = _KEYS[keyword.text]
    parts: dict[str, Node] = {}
    rest = iter(group.items[2:])
    for key in rest:
        if isinstance(key, Word) and key.text in _REFUSED_KEYS:
            message = f"`{key.text}` in an action is not supported"
            raise source.fault(UnsupportedTask, key.offset, message)
        if not (isinstance(key, Word) and key.text in known):
            message = f"expected {', '.join(known)} in `{keyword.text}`, found {describe(key)}"
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
