"""Steps in words: `Unstack the yellow block from the orange block`, and plain `stack a b`.

A sentence is read as a step when it begins with the words of an action and then names as many
objects as the action takes, in the order of its parameters. Nothing else is asked of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.reading.english import (
    BEHIND_A_NAME,
    JOINTS,
    LINKS,
    OPENERS,
    REASONS,
    TELLING,
    words,
)
from app.reading.found import NOTHING, Found
from app.reading.lexicon import Lexicon
from planners.plan import Step

MAX_SENTENCE = 4000
MAX_SENTENCE_WORDS = 60

_DASHES = "-\u2013\u2014"
_ARROWS = "\u2192\u21d2"
_WORDS = re.compile(rf"[^\W_]+|\s[{_DASHES}]+\s|->|=>|[.:;,()\u2014{_ARROWS}]")
_STOPS = frozenset([".", ":", ";", "->", "=>", "-", *_ARROWS])
_PRONOUNS = words("it")


@dataclass(frozen=True, slots=True)
class _Verb:
    """An action found at the beginning of a sentence.

    Attributes:
        action: Its name.
        end: Index of the word behind it.
        whole: All words of its name are there.
    """

    action: str
    end: int
    whole: bool


def read_spoken(body: str, lexicon: Lexicon) -> Found:
    """Read a line that begins with a step in words.

    Args:
        body: The line without list marks and labels.
        lexicon: The names of the task, and what people call them.

    Returns:
        The steps of the sentences that the line begins with; `suspect` is set where an action
        of the task is named and its objects are not.
    """
    first = _WORDS.search(body)
    if first is None or not _may_open(first.group(0).strip().lower(), lexicon):
        return NOTHING
    words = _split(body)
    steps: list[Step] = []
    at = _skip_openers(words, 0, lexicon)
    rest = at
    while at < len(words):
        verb = _verb(words, at, lexicon)
        if isinstance(verb, str):
            return Found(steps=tuple(steps), bare=False) if steps else Found(suspect=verb)
        if verb is None:
            break
        step, rest = _objects(words, verb, lexicon, steps)
        if step is None:
            if steps:
                break
            return _missing(verb, lexicon)
        if rest < len(words) and words[rest] in TELLING:
            break
        steps.append(step)
        at = _next_sentence(words, rest, lexicon)
    if not steps:
        return NOTHING
    left = [word for word in words[rest:] if word[0].isalnum()]
    return Found(steps=tuple(steps), bare=len(left) <= 4)


def _split(body: str) -> list[str]:
    words = [word.strip() for word in _WORDS.findall(body[:MAX_SENTENCE].lower())]
    return ["-" if word[0] in _DASHES and word != "->" else word for word in words]


def _may_open(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.openings or word in OPENERS or word in ",:"


def _starts(words: Sequence[str], at: int, lexicon: Lexicon) -> bool:
    return words[at] in lexicon.verbs or lexicon.action_names.longest(words, at) is not None


def _skip_openers(words: Sequence[str], at: int, lexicon: Lexicon) -> int:
    while at < len(words) and not _starts(words, at, lexicon):
        if words[at] not in OPENERS and words[at] not in ",:":
            return len(words)
        at += 1
    return at


def _verb(words: Sequence[str], at: int, lexicon: Lexicon) -> _Verb | str | None:
    """Find the action that a sentence begins with, or say why it is not clear which."""
    together = lexicon.action_names.longest(words, at)
    if together is not None:
        return _Verb(together[0], _end_of_verb(words, at, together[1], lexicon), whole=True)
    candidates = lexicon.verbs.get(words[at], ())
    if not candidates:
        return None
    sentence = words[at : at + MAX_SENTENCE_WORDS]
    apart = [name for name in candidates if _in_order(name, sentence)]
    most = max((name.count("-") + name.count("_") for name in apart), default=0)
    best = [name for name in apart if name.count("-") + name.count("_") == most]
    if len(best) == 1:
        return _Verb(best[0], at + 1, whole=True)
    if len(candidates) == 1:
        return _Verb(candidates[0], at + 1, whole=False)
    return "it could be any of " + ", ".join(f"`{name}`" for name in (best or candidates)[:5])


def _end_of_verb(words: Sequence[str], at: int, length: int, lexicon: Lexicon) -> int:
    """Give back the words that begin an object: `drive truck 1` may be `drive` and `truck 1`."""
    for index in range(at + 1, at + length):
        named = lexicon.object_names.longest(words, index)
        if named is not None and index + named[1] > at + length:
            return index
    return at + length


def _in_order(name: str, sentence: Sequence[str]) -> bool:
    rest = iter(sentence)
    return all(word in rest for word in name.replace("_", "-").split("-"))


def _objects(
    words: Sequence[str], verb: _Verb, lexicon: Lexicon, before: Sequence[Step]
) -> tuple[Step | None, int]:
    """Collect the objects of a sentence.

    Returns:
        The step, or None if there are too few objects; and the index of the word behind.
    """
    arity = lexicon.actions[verb.action]
    positional = _positional(words, verb.end, lexicon)
    if positional is not None and len(positional) == arity:
        return Step(action=verb.action, arguments=positional), len(words)
    found: list[str] = []
    last: Sequence[str] = ()
    at = end = verb.end
    while at < min(len(words), verb.end + MAX_SENTENCE_WORDS):
        word = words[at]
        if word == "(":
            at = _behind_parenthesis(words, at)
            continue
        if word in JOINTS and at + 1 < len(words) and _starts(words, at + 1, lexicon):
            break
        if found and (word in _STOPS or word in REASONS or (word == "," and len(found) >= arity)):
            break
        named = _named(words, at, lexicon, before)
        if named is None:
            # Past the last object only a link may lead to one too many.
            if len(found) >= arity and word not in LINKS:
                break
            at += 1
            continue
        mention = words[at : at + named[1]]
        # `the truck t0` names one object twice; `t0 t0` names it for two parameters.
        again = at == end and found[-1:] == [named[0]] and mention != last
        if not again:
            found.append(named[0])
        at, last = at + named[1], mention
        end = at
    enough = len(found) == arity or (verb.whole and len(found) > arity)
    return (Step(action=verb.action, arguments=tuple(found)) if enough else None), end


def _positional(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[str, ...] | None:
    """Read names and nothing else, up to the end of the line."""
    found: list[str] = []
    while at < len(words):
        if words[at] in ",.;:()":
            at += 1
            continue
        named = lexicon.object_names.longest(words, at)
        if named is None or len(found) > MAX_SENTENCE_WORDS:
            return None
        found.append(named[0])
        at += named[1]
    return tuple(found)


def _named(
    words: Sequence[str], at: int, lexicon: Lexicon, before: Sequence[Step]
) -> tuple[str, int] | None:
    named = lexicon.object_names.longest(words, at)
    if named is None:
        if words[at] in _PRONOUNS and before and before[-1].arguments:
            return before[-1].arguments[0], 1
        return None
    if words[at] == "a" and named[1] == 1 and at + 1 < len(words):
        # The article, unless what follows can only follow a name.
        follows = words[at + 1]
        is_name = follows in BEHIND_A_NAME or follows in lexicon.object_names.exact
        if follows[0].isalnum() and not is_name:
            return None
    return named


def _behind_parenthesis(words: Sequence[str], at: int) -> int:
    while at < len(words) and words[at] != ")":
        at += 1
    return at + 1


def _next_sentence(words: Sequence[str], at: int, lexicon: Lexicon) -> int:
    """Find where a further step begins behind one that was read, as in `…, then put it down`."""
    joined = False
    while at < len(words):
        if joined and _starts(words, at, lexicon):
            return at
        joined = joined or words[at] in JOINTS or words[at] in {".", ";"}
        if words[at] not in JOINTS and words[at] not in OPENERS and words[at] not in {".", ";"}:
            return len(words)
        at += 1
    return at


def _missing(verb: _Verb, lexicon: Lexicon) -> Found:
    arity = lexicon.actions[verb.action]
    if not verb.whole:
        return NOTHING
    objects = "1 object" if arity == 1 else f"{arity} objects"
    return Found(suspect=f"`{verb.action}` takes {objects} of the task, and fewer are named")
