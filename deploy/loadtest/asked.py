"""What a chat asks for: the task in it, in Modulo's wording, and how often it came back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.llm.chat import Message
from app.prompts.task_wording import (
    DOMAIN_TITLE,
    EARLIER_TITLE,
    EXAMPLE_TITLE,
    PROBLEM_TITLE,
    STRICT_FORM,
)
from deploy.loadtest.spoken import heard
from planners.task import Task

_EXAMPLE = re.compile(rf"\n\n{re.escape(EXAMPLE_TITLE)} 1, ")
_PDDL = "(define"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A chat, understood.

    Attributes:
        task: What is to be solved, or None where none was recognised.
        backprompts: How many critiques of earlier answers the chat holds.
        strict: Whether the answer is to be the plan alone.
    """

    task: Task | None
    backprompts: int
    strict: bool


def understand(messages: Sequence[Message]) -> Asked:
    """Understand a chat in the words of `app.prompts.task_wording`."""
    turns = [message.content for message in messages if message.role == "user"]
    opening = turns[0] if turns else ""
    return Asked(
        task=_task_in(opening),
        backprompts=max(0, len(turns) - 1) + (f"\n\n{EARLIER_TITLE}\n" in opening),
        strict=any(STRICT_FORM in each.content for each in messages if each.role == "system"),
    )


@lru_cache(maxsize=4096)
def _task_in(opening: str) -> Task | None:
    before, title, rest = opening.partition(f"\n\n{PROBLEM_TITLE}\n\n")
    if not title or not before.startswith(f"{DOMAIN_TITLE}\n\n"):
        return None
    domain = _EXAMPLE.split(before.removeprefix(f"{DOMAIN_TITLE}\n\n"))[0]
    if domain.startswith(_PDDL):
        # A task in PDDL has no empty line in it.
        return Task(domain=domain, problem=rest.split("\n\n")[0])
    # In words it ends with its fourth part, the measure of a plan.
    return heard(domain, "\n\n".join(rest.split("\n\n")[:4]))
