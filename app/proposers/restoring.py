"""Giving a text the task's own names back."""

import re
from collections.abc import Mapping

# What an identifier is made of in PDDL: a hyphen is part of it, so the `up` of `pick-up`
# is no word of its own.
_WORD = re.compile(r"[\w-]+")


def restored(text: str, names: Mapping[str, str]) -> str:
    """Replace whole words, each once and all in one pass, so that names may be swapped.

    Args:
        text: The answer of a model.
        names: Words of the answer, and what stands for them in the task. As names of PDDL
            they are found in upper case too.
    """
    if not names:
        return text

    def name_of(word: re.Match[str]) -> str:
        found = word.group()
        name = names.get(found)
        return names.get(found.lower(), found) if name is None else name

    return _WORD.sub(name_of, text)
