"""How sure an answer is to be, and what follows where validators disagree.

An answer that another validator disputes is not given, whoever is right: the attempt is
rejected, as by a hard critic, and the loop goes on. A validator that abstains changes nothing;
what assurance was reached is told with the answer.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from app.modulo.critique import Critique, Opinion
from planners.opinion import SecondOpinion, Stand, confirmed, disputed
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict

CRITIC = "referee"


class Assurance(StrEnum):
    """By how many independent validators a plan is found valid."""

    SINGLE = "single"
    DOUBLE = "double"


class Referee(Protocol):
    """Asks independent validators about plans that the verifier has judged."""

    async def judge(self, task: Task, plan: Plan, verdict: Verdict) -> Sequence[SecondOpinion]:
        """Give the opinion of each. One that cannot judge abstains; none of them raises."""
        ...


def reached(opinions: Sequence[SecondOpinion]) -> Assurance:
    """Say what assurance a valid plan has got."""
    return Assurance.DOUBLE if confirmed(opinions) else Assurance.SINGLE


def rejection(verdict: Verdict, opinions: Sequence[SecondOpinion]) -> tuple[Critique, ...]:
    """Reject a plan that is valid for us and not for another validator; else say nothing."""
    if not isinstance(verdict, Valid) or not disputed(opinions):
        return ()
    against = [opinion for opinion in opinions if opinion.stand is Stand.DISAGREES]
    said = "; ".join(f"{opinion.validator}: {opinion.reason}" for opinion in against)
    message = f"an independent validator finds that the plan does not solve the problem ({said})."
    return (Critique(critic=CRITIC, hard=True, opinion=Opinion.REJECT, message=message),)
