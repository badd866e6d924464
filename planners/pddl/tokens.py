"""PDDL text cut into words and parentheses, each with its place. Linear in the text.

`p?x` is two words, and so is `-place`; a minus before a digit belongs to the number.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from planners.errors import TaskError, TaskSyntaxError, TaskTooLarge

MAX_CHARACTERS = 4_194_304
MAX_TOKENS = 1_000_000
MAX_NAME = 250

_TOKEN = re.compile(
    r"[()]"
    r"|;[^\n\r]*"
    r"|-[0-9][0-9.]*(?=[\s();?]|$)"
    r"|-"
    r"|\??[^\s()?;-][^\s()?;]*"
    r"|\?"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_TaskError = TypeVar("_TaskError", bound=TaskError)


class Word(NamedTuple):
    """A name, variable, keyword, number or dash.

    Attributes:
        text: Lower case.
        offset: Where it begins, in characters from the beginning of the text.
    """

    text: str
    offset: int


class Source:
    """One of the two texts of a task, which tells the place of everything in it.

    Attributes:
        name: `domain` or `problem`.
        text: As given.
    """

    __slots__ = ("_line_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            message = f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read"
            raise TaskTooLarge(name, 1, 1, message)
        self.name = name
        self.text = text
        self._line_starts: list[int] | None = None

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both counted from 1, of an offset."""
        if self._line_starts is None:
            self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def fault(self, kind: type[_TaskError], offset: int, message: str) -> _TaskError:
        """Make an error that tells its place; the caller raises it."""
        line, column = self.place(offset)
        return kind(self.name, line, column, message)


def lines_of(text: str) -> list[str]:
    """Cut a text into the lines that places count."""
    return _LINE_END.split(text)


def tokens(source: Source) -> Iterator[tuple[str, int]]:
    """Yield words and parentheses with their offsets, comments and white space left out.

    Raises:
        TaskSyntaxError: at a character that cannot be printed.
        TaskTooLarge: past `MAX_TOKENS` or `MAX_NAME`.
    """
    # Editors on Windows put a byte order mark in front, which is no part of the text.
    start = 1 if source.text.startswith("\ufeff") else 0
    for count, match in enumerate(_TOKEN.finditer(source.text, start)):
        text = match.group()
        if text[0] == ";":
            continue
        if not text.isprintable():
            odd = next(character for character in text if not character.isprintable())
            message = f"expected PDDL text, found the character U+{ord(odd):04X}"
            raise source.fault(TaskSyntaxError, match.start() + text.index(odd), message)
        if len(text) > MAX_NAME:
            message = f"a word of {len(text)} characters; at most {MAX_NAME} are read"
            raise source.fault(TaskTooLarge, match.start(), message)
        if count >= MAX_TOKENS:
            message = f"more than {MAX_TOKENS} words and parentheses"
            raise source.fault(TaskTooLarge, match.start(), message)
        yield text, match.start()
