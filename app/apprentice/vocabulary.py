"""The apprentice's language: its words, and text cut into them.

Every word is one token. They are added tokens of a byte-level tokenizer in the Hugging
Face files; here they are all there is, so the embedded runtime needs no tokenizer.
"""

import re

BLOCKS = 15
"""How many blocks the apprentice has names for, and the most it was taught."""

SYMBOLS = tuple(f"b{number}" for number in range(1, BLOCKS + 1))
ACTIONS = ("pick-up", "put-down", "stack", "unstack")
PAD, BEGIN, END = "<pad>", "<s>", "</s>"

END_STEP = ")\n"
NEW_LINE = "\n"
GOAL, START, TRIED, STATE, PLAN = "goal\n", "start\n", "tried\n", "state\n", "plan\n"
WRONG, UNMET, OPEN = "wrong\n", "unmet\n", "open\n"
ON, TABLE, CLEAR, HOLDING, EMPTY = " on", " table", " clear", " holding", " empty"
UNREADABLE = "(?"

WORDS = (
    *(f"({action}" for action in ACTIONS),
    *(f" {symbol}" for symbol in SYMBOLS),
    *(END_STEP, NEW_LINE, GOAL, START, TRIED, STATE, PLAN, WRONG, UNMET, OPEN),
    *(ON, TABLE, CLEAR, HOLDING, EMPTY, UNREADABLE),
)

_WORD = re.compile("|".join(re.escape(word) for word in sorted(WORDS, key=len, reverse=True)))


class UnknownWords(ValueError):
    """Text that is not in the apprentice's language.

    Attributes:
        found: The first 40 characters that no word begins.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        return f"the apprentice does not know {self.found!r}"


def words_of(text: str) -> list[str]:
    """Cut a text into words, the longest first. Linear in the text.

    Raises:
        UnknownWords: if a part of the text is no word.
    """
    words: list[str] = []
    place = 0
    while place < len(text):
        match = _WORD.match(text, place)
        if match is None:
            raise UnknownWords(text[place : place + 40])
        words.append(match.group())
        place = match.end()
    return words
