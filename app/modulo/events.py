"""What the loop tells: starts and ends of attempts, and at last one outcome."""

from dataclasses import dataclass
from typing import TypeAlias

from app.modulo.assurance import Assurance
from app.modulo.assurance import reached as assurance_reached
from app.modulo.attempt import Ask, Attempt
from app.modulo.budget import Limit
from app.modulo.quality import Bound
from planners.opinion import SecondOpinion
from planners.plan import Plan
from planners.verdict import Valid


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    """A proposal was asked for."""

    number: int
    round: int
    ask: Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFinished:
    """An attempt is done and stands in the trace."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An independent validator does not share our verdict; the attempt is not accepted.

    Attributes:
        attempt: The attempt, with verdict and opinions.
    """

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """A plan was accepted that is better than all before it; the loop goes on for better ones.

    Attributes:
        attempt: Number of the attempt that found it.
        proof: Made by the verifier, for its plan.
    """

    attempt: int
    proof: Valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """An optimal planner has told what every plan costs at least."""

    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A plan was accepted.

    Attributes:
        plan: The plan.
        proof: Made by the verifier, for this plan.
        attempt: Number of the attempt that found it.
        proposer: Who proposed it.
        engine: The sound planner that made it, with its version; None where a model did.
        bound: What every plan costs at least, where an optimal planner has told it.
        opinions: Those of independent validators, where they were asked.
    """

    plan: Plan
    proof: Valid
    attempt: int
    proposer: str
    engine: str | None = None
    bound: Bound | None = None
    opinions: tuple[SecondOpinion, ...] = ()

    @property
    def assurance(self) -> Assurance:
        """What assurance was reached, whatever was asked for."""
        return assurance_reached(self.opinions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """A limit was reached first.

    Attributes:
        limit: Which one.
        best: The attempt that came nearest, or None where there was no plan at all.
    """

    limit: Limit
    best: Attempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolvable:
    """A sound planner has proven that there is no plan. No model can say this.

    Attributes:
        engine: The planner and its version.
    """

    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The user ended the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The loop could not go on.

    Attributes:
        reason: Why, in words for the user.
    """

    reason: str


Outcome: TypeAlias = Solved | Exhausted | Unsolvable | Cancelled | Failed
Progress: TypeAlias = AttemptStarted | AttemptFinished | Disagreement | Improved | Bounded
Event: TypeAlias = Progress | Outcome
