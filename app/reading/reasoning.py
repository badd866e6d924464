"""An answer told from the reasoning before it.

Models put their thoughts between tags, and not every server takes them out. What stands
behind the thoughts is the answer. A closing tag without an opening one ends thoughts that
began in the prompt; an opening tag without a closing one begins thoughts that were cut off.
"""

import re
from dataclasses import dataclass

_NAMES = "think|thinking|thought|thoughts|reasoning|scratchpad|reflection|begin_of_thought"
_TAG = re.compile(
    rf"[<\[◁](?:\|?)(/?)(?:seed:)?(?:{_NAMES}|end_of_thought)(?:\|?)[>\]▷]", re.IGNORECASE
)
_FINAL = "<|channel|>final<|message|>"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text.

    Attributes:
        start: Index of its first character.
        end: Index behind its last.
    """

    start: int
    end: int


def split_reasoning(text: str) -> tuple[list[Part], list[Part]]:
    """Split a text at its tags.

    Returns:
        The parts that are the answer, and those that are reasoning, each in order.
    """
    final = text.rfind(_FINAL)
    if final >= 0:
        return [Part(final + len(_FINAL), len(text))], [Part(0, final)]
    answer: list[Part] = []
    reasoning: list[Part] = []
    start, depth = 0, 0
    for tag in _TAG.finditer(text):
        part = Part(start, tag.start())
        closing = bool(tag.group(1)) or "end_of" in tag.group(0).lower()
        if closing and depth == 0:
            # The thoughts began in the prompt, so all that came before is part of them.
            reasoning += [*answer, part]
            answer.clear()
        else:
            (reasoning if depth else answer).append(part)
            depth += -1 if closing else 1
        start = tag.end()
    (reasoning if depth else answer).append(Part(start, len(text)))
    reasoning.sort(key=lambda part: part.start)
    return answer, reasoning
