"""The words of a model whose every word is one token, read from its `tokenizer.json`.

Such a tokenizer holds its words as added tokens, which are cut out of a text before
anything else, the longest first. So a model that is spoken to in these words alone needs
no tokenizer library.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path


class UnknownWords(ValueError):
    """Text that is in none of the words.

    Attributes:
        found: The first 40 characters that no word begins.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        return f"no word of this model begins {self.found!r}"


class Words:
    """Words and their numbers.

    Attributes:
        begin: The number of the token that opens every prompt.
        end: The number of the token that closes an answer.
    """

    def __init__(self, folder: Path) -> None:
        tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        added = tokenizer["added_tokens"]
        self.begin: int = config["bos_token_id"]
        self.end: int = config["eos_token_id"]
        self._numbers = {one["content"]: one["id"] for one in added if not one["special"]}
        self._texts = {number: text for text, number in self._numbers.items()}
        longest_first = sorted(self._numbers, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest_first)))

    def numbers(self, text: str) -> list[int]:
        """Cut a text into words and number them. Linear in the text.

        Raises:
            UnknownWords: if a part of the text is no word.
        """
        numbers: list[int] = []
        place = 0
        while place < len(text):
            match = self._any.match(text, place)
            if match is None:
                raise UnknownWords(text[place : place + 40])
            numbers.append(self._numbers[match.group()])
            place = match.end()
        return numbers

    def text(self, numbers: Iterable[int]) -> str:
        """Join words again; a token that is no word reads as `?`."""
        return "".join(self._texts.get(number, "?") for number in numbers)
