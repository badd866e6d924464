"""Plans written as JSON: lists of texts, of objects or of lists, however they are wrapped."""

import json
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.reading.formal import make_step
from app.reading.found import NOTHING, Found
from app.reading.lexicon import Lexicon
from app.reading.sentence import read_phrase

MAX_DEPTH = 6

_PLAN_KEYS = ("plan", "steps", "actions", "solution", "answer", "action_sequence", "result")
_NAME_KEYS = ("action", "name", "operator", "act", "function", "step")
_ARGUMENT_KEYS = ("arguments", "args", "parameters", "params", "objects", "arg")
_DECODER = json.JSONDecoder()
_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A JSON value found in a text.

    Attributes:
        start: Index of its first character.
        end: Index behind its last.
        content: What it decodes to.
    """

    start: int
    end: int
    content: object


def find_values(text: str, starts: Iterator[int]) -> Iterator[Value]:
    """Decode the JSON values that begin at given places.

    Decoding that fails is paid for out of an allowance proportional to the length of the
    text, so that a text made of openings costs linear time.

    Args:
        text: The text.
        starts: Indices of opening brackets, in order.
    """
    allowance = 8 * len(text) + 10_000
    end = 0
    for start in starts:
        if start < end:
            continue
        if allowance < 0:
            return
        try:
            content, end = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # The error counts the line breaks before its place, at some 50 times the speed.
            allowance -= error.pos - start + error.pos // 50
        except (RecursionError, ValueError):
            allowance -= len(text) - start
        else:
            yield Value(start=start, end=end, content=content)


def read_value(content: object, lexicon: Lexicon) -> list[tuple[str, Found]] | None:
    """Read a decoded value as a plan.

    Returns:
        What each element says, with the element as text; None if the value is no plan.
    """
    if isinstance(content, dict):
        single = _read_element(content, lexicon)
        if single.steps:
            return [(_BRIEF.repr(content), single)]
    elements = _plan_list(content, MAX_DEPTH)
    if elements is None:
        return None
    found = [(_written(element), _read_element(element, lexicon)) for element in elements]
    if elements and not any(each.steps for _, each in found):
        return None
    return [
        (written, each if each.steps else Found(suspect=each.suspect or "no step was found in it"))
        for written, each in found
    ]


def _plan_list(content: object, depth: int) -> list[object] | None:
    """Find the list that is the plan, whatever it is wrapped in."""
    if depth == 0:
        return None
    if isinstance(content, list):
        wrapped = content[0] if len(content) == 1 else None
        if isinstance(wrapped, dict) and any(key in wrapped for key in _PLAN_KEYS):
            return _plan_list(wrapped, depth - 1)
        return content
    if isinstance(content, dict):
        named = [content[key] for key in _PLAN_KEYS if key in content]
        for value in named or reversed(list(content.values())):
            inner = _plan_list(value, depth - 1)
            if inner is not None and (inner or named):
                return inner
    return None


def _read_element(element: object, lexicon: Lexicon) -> Found:
    if isinstance(element, str):
        return read_phrase(element, lexicon) if len(element) < 10_000 else NOTHING
    if isinstance(element, list):
        return _from_tokens([token for token in element if isinstance(token, str)], lexicon)
    if isinstance(element, dict):
        return _from_object(element, lexicon)
    return NOTHING


def _from_object(element: dict[object, object], lexicon: Lexicon) -> Found:
    lowered = {str(key).lower(): value for key, value in element.items()}
    name_key = next((key for key in _NAME_KEYS if isinstance(lowered.get(key), str)), None)
    if name_key is None:
        return NOTHING
    name = str(lowered[name_key])
    given = next((lowered[key] for key in _ARGUMENT_KEYS if key in lowered), None)
    if given is None:
        whole = read_phrase(name, lexicon)
        if whole.steps:
            return whole
        others = [value for key, value in lowered.items() if key not in _NAME_KEYS]
        objects = [value for value in others if _names_object(value, lexicon)]
        given = objects or others
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    if not isinstance(given, list):
        return NOTHING
    found = _from_tokens([name, *(token for token in given if isinstance(token, str))], lexicon)
    # `{"action": "(stack a b)", "parameters": ["a", "b"]}` says the same twice.
    return read_phrase(name, lexicon) if "(" in name else found


def _names_object(value: object, lexicon: Lexicon) -> bool:
    return isinstance(value, str) and lexicon.object_names.resolve(value) is not None


def _from_tokens(tokens: list[str], lexicon: Lexicon) -> Found:
    tokens = [token.strip() for token in tokens]
    if not tokens or not all(tokens):
        return NOTHING
    step = make_step(tokens, lexicon)
    if step is not None:
        return Found(steps=(step,))
    return Found(suspect="neither its action nor an object is known")


def _written(element: object) -> str:
    return element if isinstance(element, str) else _BRIEF.repr(element)
