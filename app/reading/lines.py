"""An answer cut into lines, and list marks, emphasis and labels taken off them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.reading.english import LABELS

_EMPHASIS = str.maketrans("", "", "*`$")
# What may stand before an item of a list, a quotation, a heading or an arrow.
_POINTS = "-+*\u2022\u2023\u25aa\u25cf\u25cb\u2013"
_CIRCLED = "".join(map(chr, range(0x2460, 0x2474)))
_BULLETS = " \t>#|\u2014\u2192" + _POINTS + _CIRCLED
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_COMMAND = re.compile(r"\\[a-z]{1,20}\{")
_LETTER = re.compile(r"(?:[a-zA-Z]|[ivxIVX]{2,5})[.)]\s{1,4}(?=\S)")
_NUMBER = re.compile(
    r"((?:step|action|item|operation|move)\s{0,3}#?)?"
    r"[(\[]?([0-9]{1,6})(?!\.?[0-9])\s{0,3}([.):\]\u2013\u2014-]{0,2})",
    re.IGNORECASE,
)
MAX_LABEL = 40


class Line(NamedTuple):
    """A line of an answer. A tuple, as one is made of every line that a model writes.

    Attributes:
        number: Counted from 1 in the whole text.
        text: As written, without blanks at the ends.
        body: Without list marks and emphasis.
        item: Its number in a list, or None.
        listed: It stands in a list, numbered or not.
        indent: How many blanks stand before it.
    """

    number: int
    text: str
    body: str
    item: int | None = None
    listed: bool = False
    indent: int = 0


def make_line(number: int, written: str) -> Line:
    """Take list marks and emphasis off a line."""
    text = written.strip()
    body = text.lstrip(_BULLETS)
    if "*" in body or "`" in body or "$" in body:
        body = body.translate(_EMPHASIS).strip()
    if "\\" in body:
        body = _COMMAND.sub("", body).replace("\\(", "").replace("\\)", "").replace("\\", "")
    if "<" in body:
        body = _TAG.sub("", body).strip()
    if body.startswith("__"):
        body = body.replace("__", "")
    listed = text[:1] in _POINTS and not text.startswith("**")
    lettered = _LETTER.match(body)
    if lettered is not None:
        body, listed = body[lettered.end() :], True
    item = None
    # Twice, as in `Step 1: 1. (unstack a b)`.
    for _ in range(2):
        found = _NUMBER.match(body)
        if found is None or not _numbers_item(found, body):
            break
        item, listed = int(found.group(2)), True
        rest = body[found.end() :].lstrip(_BULLETS + ":")
        # `0: (a b) [5]` may be a time: the formal notation decides.
        if found.group(3) == ":" and not found.group(1) and rest[:1] == "(":
            break
        body = rest
    return Line(
        number=number,
        text=text,
        body=body,
        item=item,
        listed=listed,
        indent=len(written) - len(written.lstrip()),
    )


def _numbers_item(found: re.Match[str], body: str) -> bool:
    word, _, mark = found.groups()
    if word and word.lower().startswith("move") and not mark:
        # `move 3 4` may well be a step.
        return False
    follows = body[found.end() : found.end() + 1]
    if mark:
        return not follows.isalnum() or mark[-1] in ".)]"
    return follows == "(" or bool(word) or (found.end() > 0 and body[found.end() - 1] == " ")


def strip_label(body: str) -> str | None:
    """Take off a label such as `Action:`; None if the line has none."""
    label, colon, _ = body[: MAX_LABEL + 1].partition(":")
    if not colon:
        return None
    words = label.lower().replace("#", " ").split()
    if all(word in LABELS or word.isdecimal() for word in words):
        return body[len(label) + 1 :].strip()
    return None


def cells(text: str) -> Iterator[str]:
    """Yield the cells of a row of a table that are neither empty nor a number."""
    for cell in text.strip("|").split("|"):
        content = cell.translate(_EMPHASIS).strip()
        if content and not content.isdecimal():
            yield content
