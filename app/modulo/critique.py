"""What critics say. A verdict is what is true; a critique is what we tell the model."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.llm.chat import Tokens
from app.modulo.offer import Offer
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Verdict


class Opinion(StrEnum):
    """What a critic makes of a plan."""

    ACCEPT = "accept"
    REJECT = "reject"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    """One critic's opinion of one attempt.

    Attributes:
        critic: The critic's name in the bank.
        hard: Whether its rejection keeps a valid plan from being accepted.
        opinion: Accept, reject or abstain.
        message: In words for the model; may be empty.
        score: Unitless, higher is better, comparable within one critic; or None.
        offer: What the critic offers with the flaw, or None.
        tokens: What asking the critic cost; what it adds to a prompt is counted there.
        seconds: CPU time that the critic took, where it counts it; else 0.
    """

    critic: str
    hard: bool
    opinion: Opinion
    message: str = ""
    score: float | None = None
    offer: Offer | None = None
    tokens: Tokens = Tokens()
    seconds: float = 0.0


class Critic(Protocol):
    """Judges plans. One that cannot judge raises; that never counts as acceptance."""

    @property
    def name(self) -> str:
        """Its name in the bank."""
        ...

    @property
    def hard(self) -> bool:
        """Whether its rejection keeps a valid plan from being accepted."""
        ...

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Say what is to be said of a plan whose verdict is known."""
        ...
