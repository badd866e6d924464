"""What the simulated model says: a plan, right or flawed, in the form that was asked for."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from app.llm.chat import Message
from app.prompts.grammar import PLAN_BEGINS, PLAN_ENDS
from deploy.loadtest.asked import understand
from deploy.loadtest.flaws import spoilt
from deploy.loadtest.rules import plan_by_rule
from deploy.loadtest.tokens import tokens_of

UNKNOWN = "I know of no planning task in this that I could solve."
GIVES_UP = "I have tried everything and found no way to the goal."
SHARE_OF_GIVING_UP = 0.1

_THOUGHT = (
    "First I look at what the goal asks for and at what stands in its way. "
    "Then I see what each step needs before it can be done. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Writes answers. The same seeds and the same chat give the same answer.

    Attributes:
        seed: Of the server; that of the request is added to it.
        flawed: Probability that a first answer is wrong, 0 to 1.
        falling: What each backprompt in the chat multiplies that by, 0 to 1.
        thought_tokens: How many tokens of thought stand before a plan.
    """

    seed: int = 0
    flawed: float = 0.7
    falling: float = 0.5
    thought_tokens: int = 24

    def __post_init__(self) -> None:
        if not (0.0 <= self.flawed <= 1.0 and 0.0 <= self.falling <= 1.0):
            raise ValueError("probabilities lie from 0 to 1")
        if self.thought_tokens < 0:
            raise ValueError("there are at least 0 tokens of thought")

    def flaw_probability(self, backprompts: int) -> float:
        """Say how likely an answer is wrong after so many backprompts."""
        return float(self.flawed * self.falling**backprompts)

    def answer(self, messages: Sequence[Message], *, seed: int = 0, well_formed: bool) -> str:
        """Answer a chat.

        Args:
            messages: The chat.
            seed: Of the request. It counts at every temperature, also at 0: a model that
                repeats itself word for word would keep a loop from ever ending.
            well_formed: A grammar was sent along, so the answer has to name what there is.
        """
        random = Random(digest(self.seed, seed, messages))  # noqa: S311 (no secrets)
        asked = understand(messages)
        plan = None if asked.task is None else plan_by_rule(asked.task)
        if asked.task is None or plan is None:
            return UNKNOWN
        if random.random() < self.flaw_probability(asked.backprompts):
            if not (well_formed or asked.strict) and random.random() < SHARE_OF_GIVING_UP:
                return f"{self._thoughts()}{GIVES_UP}"
            plan = spoilt(asked.task, plan, random, well_formed=well_formed)
        return str(plan) if asked.strict else f"{self._thoughts()}{PLAN_BEGINS}\n{plan}{PLAN_ENDS}"

    def _thoughts(self) -> str:
        if self.thought_tokens == 0:
            return ""
        tokens = tokens_of(_THOUGHT)
        times = self.thought_tokens // len(tokens) + 1
        return "".join((tokens * times)[: self.thought_tokens]) + "\n"


def digest(*seeds_and_messages: int | Sequence[Message]) -> str:
    """Mix seeds and a chat into one seed, the same in every process."""
    plain = [
        part if isinstance(part, int) else [(each.role, each.content) for each in part]
        for part in seeds_and_messages
    ]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()
