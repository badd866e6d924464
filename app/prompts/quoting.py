"""Foreign text made fit to stand in a prompt: on one line, in quotes, of bounded length."""

import json
from collections.abc import Iterable, Sequence

MOST_CHARACTERS_OF_A_NAME = 200


def quoted(text: str, most: int = MOST_CHARACTERS_OF_A_NAME) -> str:
    """Quote a text on one line, so that none of it can be taken for ours.

    Args:
        text: Any text.
        most: How many characters of it are kept.
    """
    cut = text if len(text) <= most else text[:most] + "…"
    # Escaped as in JSON; isprintable is false for line separators, which JSON lets pass.
    escaped = json.dumps(cut, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else " " for letter in escaped)


def clipped(text: str, most: int = MOST_CHARACTERS_OF_A_NAME) -> str:
    """Give a short text as it is on one line; say how much of a long one was left out."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[:most])
    return line if len(text) <= most else f"{line}… ({len(text) - most} characters left out)"


def shortened(text: str, most: int) -> str:
    """Keep the head and the tail of a long text, and say how much is left out between."""
    if len(text) <= most:
        return text
    head, tail = text[: most // 2], text[-(most - most // 2) :]
    return f"{head}\n… ({len(text) - most} characters left out here) …\n{tail}"


def listed(items: Sequence[str], most: int, separator: str = "; ") -> str:
    """List the first of many items and say how many more there are."""
    if len(items) <= most:
        return separator.join(items)
    return separator.join((*items[:most], f"and {len(items) - most} more"))


def steps_named(indexes: Iterable[int], most: int = 8) -> str:
    """Name steps by their numbers, counted from 1: "step 3", "steps 3, 5 and 6"."""
    numbers = [str(index + 1) for index in sorted(indexes)]
    if len(numbers) == 1:
        return f"step {numbers[0]}"
    if len(numbers) > most:
        return f"steps {', '.join(numbers[:most])} and {len(numbers) - most} more"
    return f"steps {', '.join(numbers[:-1])} and {numbers[-1]}"


def without_reasoning(text: str) -> str:
    """Cut off the reasoning that comes first, between `<think>` and `</think>`."""
    text = text.strip()
    return text.partition("</think>")[2].strip() if text.startswith("<think>") else text


def encodable(text: str) -> str:
    """Replace what no server can be sent: halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")
