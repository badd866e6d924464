"""What a wording owes: a task, an ask and its trace made into messages for a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.llm.chat import Message
from app.modulo.attempt import Ask, Trace
from planners.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is sent to a model, and how its answer is to be understood.

    Attributes:
        messages: The chat; the last one is the user's.
        grammar: EBNF of the answer, or None where it is free.
        restore: Words of the answer and the names of the task that they stand for; whole
            words are replaced. Empty where the task was worded under its own names.
    """

    messages: tuple[Message, ...]
    grammar: str | None = None
    restore: Mapping[str, str] = field(default_factory=dict)


class Wording(Protocol):
    """Puts tasks and flaws into words. Pure: same arguments, same prompt."""

    @property
    def variants(self) -> tuple[str, ...]:
        """Names that `Ask.variant` may take; the first is the default."""
        ...

    def refuses(self, task: Task) -> str | None:
        """Say, for the user, why a task cannot be worded, or None if it can."""
        ...

    def word(self, task: Task, ask: Ask, trace: Trace) -> Prompt:
        """Word an ask. With `ask.after`, the flaw of that attempt is told."""
        ...
