"""Names of a task as people write them: any case, `-`, `_` or nothing between the words."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from app.reading.english import LINKS
from planners.pddl.cache import TextCache

MAX_PHRASE_WORDS = 12

_Node = dict[str, "_Node | str"]
# No word of a phrase is empty, so the empty word can mark where a phrase ends.
_END = ""


def spell(name: str) -> str:
    """Give the spelling under which variants of a name meet: `Pick-Up` is `pickup`."""
    return name.lower().replace("-", "").replace("_", "")


def split_words(name: str) -> tuple[str, ...]:
    """Split a name or phrase into its words: `load-truck` is `load`, `truck`."""
    return tuple(name.lower().replace("-", " ").replace("_", " ").split())


class Names:
    """A set of names, found again in single tokens and in running words.

    A variant that could stand for two names stands for neither; a name in its own spelling
    always stands for itself.

    Args:
        names: The names, lower case.
        phrases: Other words for some of them, such as `red block` for `a`.
    """

    def __init__(self, names: Iterable[str], phrases: Mapping[str, str] | None = None) -> None:
        self.exact = {name.lower(): name.lower() for name in names}
        spoken = {
            split_words(phrase): name.lower()
            for phrase, name in (phrases or {}).items()
            if name.lower() in self.exact
        }
        own = {split_words(name): name for name in self.exact}
        # In order of precedence: what is written earlier is never overruled.
        levels = (own, spoken, _unique(_variants(own)), _unique(_variants(spoken)), _short(spoken))
        self.by_words: dict[tuple[str, ...], str] = {}
        for level in levels:
            for words, name in level.items():
                if 0 < len(words) <= MAX_PHRASE_WORDS:
                    self.by_words.setdefault(words, name)
        self._by_spelling = {
            words[0]: name for words, name in self.by_words.items() if len(words) == 1
        }
        self._root: _Node = {}
        for words, name in self.by_words.items():
            node = self._root
            for word in words:
                deeper = node.setdefault(word, {})
                assert isinstance(deeper, dict)
                node = deeper
            node[_END] = name

    def resolve(self, token: str) -> str | None:
        """Find the name that a token without blanks stands for."""
        return (
            self.exact.get(token.lower())
            or self.by_words.get(split_words(token))
            or self._by_spelling.get(spell(token))
        )

    def longest(self, words: Sequence[str], start: int) -> tuple[str, int] | None:
        """Find the longest phrase that begins at a word.

        Args:
            words: Lower case.
            start: Index of the word at which the phrase is to begin.

        Returns:
            The name and how many words its phrase takes, or None.
        """
        node: _Node = self._root
        found = None
        for index in range(start, len(words)):
            deeper = node.get(words[index])
            if not isinstance(deeper, dict):
                break
            node = deeper
            name = node.get(_END)
            if isinstance(name, str):
                found = (name, index - start + 1)
        return found


def names_of(names: Iterable[str], phrases: Mapping[str, str] | None = None) -> Names:
    """Compile names, or give what was made of the same ones before.

    Most tasks of a domain name their objects alike, and all of them its actions.
    """
    own = tuple(names)
    text = "\n".join(own)
    plain = own and not phrases and text.count("\n") == len(own) - 1
    return _alike(text) if plain else Names(own, phrases)


_alike: TextCache[str, Names] = TextCache(
    lambda text: Names(text.split("\n")), max_kept=256, max_characters=262_144
)


def _variants(phrases: Mapping[tuple[str, ...], str]) -> Iterable[tuple[tuple[str, ...], str]]:
    """Yield other ways to space words: `put down` as `putdown`, `truck0` as `truck 0`."""
    for words, name in phrases.items():
        yield ("".join(words),), name
        yield tuple(part for word in words for part in _split_digits(word)), name


def _split_digits(word: str) -> tuple[str, ...]:
    cuts = [
        index
        for index, (left, right) in enumerate(pairwise(word), start=1)
        if left.isdecimal() != right.isdecimal()
    ]
    # Only a plain word with a number behind it: a random symbol is no phrase.
    if len(cuts) != 1 or word[0].isdecimal():
        return (word,)
    return (word[: cuts[0]], word[cuts[0] :])


def _unique(pairs: Iterable[tuple[tuple[str, ...], str]]) -> dict[tuple[str, ...], str]:
    """Keep the variants that stand for one name only."""
    found: dict[tuple[str, ...], str] = {}
    twice: set[tuple[str, ...]] = set()
    for words, name in pairs:
        if found.setdefault(words, name) != name:
            twice.add(words)
    return {words: name for words, name in found.items() if words not in twice}


def _short(phrases: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """Cut phrases to the one word that tells them apart: `red block` is `red`."""
    meanings: dict[str, set[str]] = {}
    for words, name in phrases.items():
        for word in words:
            meanings.setdefault(word, set()).add(name)
    short: dict[tuple[str, ...], str] = {}
    for words, name in phrases.items():
        telling = [word for word in words if len(meanings[word]) == 1]
        # With a single phrase every word tells it apart, even `block`.
        if len(words) > 1 and len(telling) == 1 and len(telling[0]) > 1 and telling[0] not in LINKS:
            short[(telling[0],)] = name
    return short
