"""How the names of a task are said: in PDDL, or in words made by rule from the names.

No rule knows a domain. A rule applies only where what is said can be traced back to one
atom of the task; every other atom keeps its PDDL form, whose parentheses no words have.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from app.prompts.inline import said_inline
from planners.condition import Condition, Literal
from planners.pddl.formula import EQUALS, FunctionTerm
from planners.pddl.model import LiftedTask

# Words that join what is said; a name that holds one of them is never taken apart.
_JOINING = frozenset(
    ("all", "for", "if", "is", "least", "no", "not", "now", "rises", "so", "then", "this")
)
# A name that begins with one of the first, or ends with one of the last, joins two objects.
_FIRST = frozenset(
    {"above", "after", "at", "before", "behind", "below", "beside", "beyond", "in", "inside"}
    | {"near", "on", "outside", "over", "under", "underneath", "within"}
)
_LAST = frozenset(("at", "by", "from", "in", "of", "on", "to", "with"))


class Speech(Protocol):
    """Says atoms and conditions of one task. Different atoms are said differently."""

    def atom(self, predicate: str, terms: tuple[str, ...], *, positive: bool = True) -> str:
        """Say an atom or its negation; terms may be variables."""
        ...

    def condition(self, condition: Condition) -> str:
        """Say a ground condition."""
        ...

    def value(self, term: FunctionTerm) -> str:
        """Say a numeric function of terms."""
        ...


class PddlSpeech:
    """Says everything as PDDL writes it."""

    def atom(self, predicate: str, terms: tuple[str, ...], *, positive: bool = True) -> str:
        """Say an atom or its negation; terms may be variables."""
        return str(Literal(predicate, terms, positive))

    def condition(self, condition: Condition) -> str:
        """Say a ground condition."""
        return str(condition)

    def value(self, term: FunctionTerm) -> str:
        """Say a numeric function of terms."""
        return str(term)


class NaturalSpeech:
    """Says atoms in words: `(pick-up-ready b)` is "pick up ready b", `(on a b)` "a is on b"."""

    def __init__(self, lifted: LiftedTask) -> None:
        self._phrases = phrases(
            (*lifted.predicates, *lifted.functions), taken=frozenset(lifted.objects)
        )

    def atom(self, predicate: str, terms: tuple[str, ...], *, positive: bool = True) -> str:
        """Say an atom or its negation; terms may be variables."""
        if predicate == EQUALS and len(terms) == 2:
            return f"{terms[0]} {'is' if positive else 'is not'} the same object as {terms[1]}"
        words = self._phrases.get(predicate)
        if words is None:
            said = str(Literal(predicate, terms))
        elif len(terms) == 2 and _joins_two(words):
            return " ".join((terms[0], "is" if positive else "is not", *words, terms[1]))
        else:
            said = " ".join((*words, *terms))
        return said if positive else f"not {said}"

    def condition(self, condition: Condition) -> str:
        """Say a ground condition."""
        if isinstance(condition, Literal):
            return self.atom(condition.predicate, condition.arguments, positive=condition.positive)
        # A comparison keeps its PDDL, as what it compares does.
        return said_inline(condition.formula, self.atom)

    def value(self, term: FunctionTerm) -> str:
        """Say a numeric function of terms."""
        words = self._phrases.get(term.function)
        return str(term) if words is None else " ".join((*words, *term.terms))


def split_name(name: str) -> tuple[str, ...]:
    """Split a name into its words: `pick-up` and `pick_up` are "pick", "up"."""
    return tuple(name.replace("_", "-").split("-"))


def phrases(
    names: Iterable[str], *, taken: frozenset[str] = frozenset()
) -> dict[str, tuple[str, ...]]:
    """Give the words of each name that can be told from all others by its words.

    Args:
        names: Names of one kind, such as those of all predicates.
        taken: Names of objects: they stay as they are, because answers use them.
    """
    if taken & _JOINING:
        return {}
    split = {name: split_name(name) for name in names}
    uses = Counter(split.values())
    return {
        name: words
        for name, words in split.items()
        if uses[words] == 1
        and all(words)
        and not _JOINING.intersection(words)
        # "lift at f1" is `(lift-at f1)` only where no object is called `at`.
        and not taken.intersection(words[1:])
    }


def _joins_two(words: tuple[str, ...]) -> bool:
    return words[0] in _FIRST or (len(words) > 1 and words[-1] in _LAST)
