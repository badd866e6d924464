"""Steps in a formal notation: `(unstack a b)` and `unstack(a, b)`.

Every pattern here takes each character at most twice: no quantifier stands inside another,
and what a class may match ends where the next class begins.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from app.reading.english import words
from app.reading.found import NOTHING, Found
from app.reading.lexicon import Lexicon
from app.reading.spoken import read_spoken
from planners.plan import Step

GROUP = re.compile(r"\(([^()]*)\)")
_DURATION = re.compile(r"\s{0,4}\[\s{0,2}([0-9]{1,12}(?:\.[0-9]{1,12})?)\s{0,2}\]")
_NUMBER = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s?[.):]")
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_JOINTS = " \t,;|&+>\u2192\u21d2=-[]{}" + _QUOTES
_JOINING_WORDS = frozenset({"", "then", "and", "next", "and then", "finally"})
# Words that open a list in PDDL text; a model that quotes its task is not planning.
STRUCTURE = words(
    "define and or not forall exists when imply either increase decrease assign plan steps"
    " actions begin seq sequence list"
)


def read_formal(body: str, lexicon: Lexicon) -> Found:
    """Read a line that begins with a step in a formal notation.

    Args:
        body: The line without list marks.
        lexicon: The names of the task.

    Returns:
        The steps that follow each other from the beginning of the line; `bare` is false when
        more than a comment stands behind them.
    """
    steps: list[Step] = []
    end = 0
    for group in GROUP.finditer(body):
        gap = body[end : group.start()]
        before, call = _split_call(gap, lexicon)
        if not _joins(before):
            break
        found = _group_step(group.group(1), call, lexicon)
        if found.suspect and not steps:
            return found
        if not found.steps:
            break
        end = group.end()
        duration = _DURATION.match(body, end)
        end = duration.end() if duration else end
        steps.extend(_timed(found.steps, before, duration.group(1) if duration else None))
    if steps:
        bare = _is_comment(body[end:])
        # `Province(d) becomes true` is a remark: an action we do not know must stand alone.
        if bare or any(step.action in lexicon.actions for step in steps):
            return Found(steps=tuple(steps), bare=bare)
        return NOTHING
    return _unclosed(body, lexicon)


def read_embedded(body: str, lexicon: Lexicon) -> Found:
    """Read the steps that stand in parentheses somewhere in a sentence.

    Only actions of the task count here: `(see above)` is no step.
    """
    steps = tuple(
        step
        for group in GROUP.finditer(body)
        for step in _group_step(group.group(1), "", lexicon).steps
        if step.action in lexicon.actions
    )
    return Found(steps=steps, bare=False) if steps else NOTHING


def is_sound(step: Step, lexicon: Lexicon) -> bool:
    """Say whether a step is made of names of the task, in the right number."""
    return lexicon.actions.get(step.action) == len(step.arguments) and all(
        name in lexicon.object_names.exact for name in step.arguments
    )


def is_structure(body: str) -> bool:
    """Say whether a line only opens or closes lists, as `(:plan` and `)` do."""
    if not any(map(str.isalnum, body[:200])) or body[-1] in "([{":
        return True
    tokens = _tokens(body[:200].replace("(", " ").replace(")", " "))
    opens = bool(tokens) and (tokens[0][0] in ":?" or tokens[0].lower() in STRUCTURE)
    return body[0] == "(" and opens


def make_step(tokens: list[str], lexicon: Lexicon) -> Step | None:
    """Make a step of a name and arguments, each in whatever spelling.

    Returns:
        The step, in the names of the task where they are known and as written where not;
        None if too little of it is known to be a step.
    """
    action, arguments = _split_action(tokens, lexicon)
    known = [lexicon.object_names.resolve(argument) for argument in arguments]
    if action is None:
        # A remark in parentheses may name an object too; a step names little else.
        if not any(known) or 2 * known.count(None) > len(known) or len(known) > lexicon.most:
            return None
        action = tokens[0].lower()
    elif len(arguments) != lexicon.actions[action] and arguments and not any(known):
        return None
    return Step(
        action=action,
        arguments=tuple(
            name or token.lower() for name, token in zip(known, arguments, strict=True)
        ),
    )


def _split_call(gap: str, lexicon: Lexicon) -> tuple[str, str]:
    """Split off the name of a call, as in `unstack(a, b)`, from what stands before it."""
    if not gap:
        return gap, ""
    tail = gap[-200:].rstrip()
    cut = max(tail.rfind(mark) for mark in " \t,;|&>=[]{}:" + _QUOTES) + 1
    name = tail[cut:]
    if not name or not name[0].isalpha() or not name.replace("-", "").replace("_", "").isalnum():
        return gap, ""
    # `Then (stack a b)` is no call of `then`; `fetch(a)` is one of an action we do not know.
    if gap[-1:].isspace() and lexicon.action_names.resolve(name) is None:
        return gap, ""
    return gap[: len(gap) - len(gap[-200:]) + cut], name


def _joins(gap: str) -> bool:
    """Say whether what stands between two steps does no more than join them."""
    # A whole plan may stand in parentheses of its own: `((pick-up a) (stack a b))`.
    gap = gap.strip(_JOINTS + "()")
    return gap.lower() in _JOINING_WORDS or bool(_NUMBER.fullmatch(gap))


def _group_step(content: str, call: str, lexicon: Lexicon) -> Found:
    tokens = _tokens(content)
    if call:
        if lexicon.action_names.resolve(call) is None and not any(
            lexicon.object_names.resolve(token) for token in tokens
        ):
            return NOTHING
        tokens = [call, *tokens]
    if not tokens or tokens[0][0] in ":?" or tokens[0].lower() in STRUCTURE:
        return NOTHING
    known = lexicon.action_names.resolve(tokens[0]) is not None
    if not known and tokens[0].lower() in lexicon.facts:
        return NOTHING
    if any(token[0] == "?" for token in tokens):
        return Found(suspect="a step names objects; it has no variables")
    step = make_step(tokens, lexicon)
    if known and (step is None or not is_sound(step, lexicon)):
        # In parentheses, yet in words: `(unstack red block from blue block)`.
        spoken = read_spoken(f"{call} {content}", lexicon).steps
        if len(spoken) == 1 and is_sound(spoken[0], lexicon):
            step = spoken[0]
    if step is not None:
        return Found(steps=(step,))
    return Found(suspect="no object of the task is named") if known else NOTHING


def _tokens(content: str) -> list[str]:
    """Split the inside of a parenthesis; types (`a - block`) and keywords (`x=a`) go."""
    tokens: list[str] = []
    typed = False
    for written in content.replace(",", " ").split():
        if typed or written == "-":
            typed = not typed
            continue
        token = written.rpartition("=")[2].strip(_QUOTES)
        if token:
            tokens.append(token)
    return tokens


def _split_action(tokens: list[str], lexicon: Lexicon) -> tuple[str | None, list[str]]:
    """Tell the action from its arguments, also where it is two words: `pick up a`."""
    for count in (1, 2, 3):
        action = lexicon.action_names.resolve("".join(tokens[:count]))
        if action is not None and count <= len(tokens):
            return action, tokens[count:]
    return None, tokens[1:]


def _timed(steps: tuple[Step, ...], before: str, duration: str | None) -> Iterator[Step]:
    stamp = before.strip(_JOINTS)
    start = _NUMBER.fullmatch(stamp)
    for step in steps:
        # `1.` and `1)` number a step; `1:` may stamp it, as `in_time_order` finds out.
        if start and (duration or "." in start.group(1) or stamp[-1] == ":"):
            yield Step(
                action=step.action,
                arguments=step.arguments,
                start=Fraction(start.group(1)),
                duration=Fraction(duration) if duration else None,
            )
        else:
            yield step


def _is_comment(rest: str) -> bool:
    rest = rest.strip(" \t.,;:!)]}" + _QUOTES) if rest[:1] != ";" else ""
    return not rest or rest[0] in "#[" or rest.startswith("//")


def _unclosed(body: str, lexicon: Lexicon) -> Found:
    start = body.lstrip(_JOINTS)
    if start[:1] != "(" or ")" in start:
        return NOTHING
    tokens = _tokens(start[1:400])
    if not tokens or tokens[0].lower() in STRUCTURE or tokens[0].lower() in lexicon.facts:
        return NOTHING
    known = lexicon.action_names.resolve(tokens[0])
    return Found(suspect="the parenthesis is not closed") if known else NOTHING
