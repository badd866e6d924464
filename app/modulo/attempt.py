"""What was asked, what came back, and what was found: the rows of the trace."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.llm.chat import Tokens
from app.modulo.critique import Critique, Opinion
from planners.engines.engine import PlanFound, ProvenUnsolvable, Report
from planners.opinion import SecondOpinion
from planners.plan import Plan
from planners.verdict import Valid, Verdict


class Feedback(StrEnum):
    """How much of a flaw the backprompt tells."""

    NONE = "none"
    BINARY = "binary"
    FIRST_FLAW = "first_flaw"
    FIRST_FLAW_AND_STATE = "first_flaw_and_state"
    ALL_FLAWS = "all_flaws"


class History(StrEnum):
    """Which earlier turns a backprompt repeats."""

    NONE = "none"
    LAST = "last"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a strategy wants next.

    Attributes:
        proposer: Name in the bank.
        after: Number of the attempt whose flaw is fed back, or None to start afresh.
        feedback: How much is told of that flaw.
        history: How much is repeated of the turns that led to it.
        variant: Name of the wording, `""` for the proposer's own first.
        temperature: Unitless, at least 0.
        seed: Source of randomness.
    """

    proposer: str
    after: int | None = None
    feedback: Feedback = Feedback.FIRST_FLAW_AND_STATE
    history: History = History.LAST
    variant: str = ""
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A candidate as it came: raw text, not yet read.

    Attributes:
        text: The answer in the task's own names.
        tokens: What it cost.
        finish_reason: `stop`, `length`, …
        seconds: Wall-clock time it took.
        report: Of the sound planner that made it; None where a model did.
    """

    text: str
    tokens: Tokens = Tokens()
    finish_reason: str = "stop"
    seconds: float = 0.0
    report: Report | None = None

    @property
    def engine(self) -> str | None:
        """The planner that made it, with its version; None where a model did."""
        return None if self.report is None else str(self.report)

    @property
    def proves_unsolvable(self) -> bool:
        """A sound planner has proven that there is no plan. No text can say this."""
        return self.report is not None and isinstance(self.report.result, ProvenUnsolvable)

    @property
    def claims_optimal(self) -> bool:
        """An optimal planner says that no plan is cheaper."""
        result = None if self.report is None else self.report.result
        return isinstance(result, PlanFound) and result.optimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A line that looks like part of a plan and could not be read.

    Attributes:
        line: Line number in the proposal, counted from 1.
        text: That line, cut to a length that can be quoted.
        reason: Why, and what was expected.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader made of a proposal.

    Attributes:
        plan: The last complete plan in the text, or None where there is none.
        unread: Lines that look like steps of it and could not be read.
        claims_unsolvable: The text holds no plan and says that there is none. A claim,
            never a proof.
    """

    plan: Plan | None
    unread: tuple[Unread, ...] = ()
    claims_unsolvable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One proposal and everything found out about it.

    Attributes:
        number: Counted from 1 over the whole session.
        round: Counted from 1; attempts of one round were made side by side.
        ask: What was asked for.
        proposal: What came back.
        reading: What the reader made of it.
        verdict: What is true of the plan, or None where there is no plan.
        critiques: In the bank's order.
        opinions: Those of independent validators on the verdict, where they were asked.
        seconds: Wall-clock time from asking to the last critique or opinion.
    """

    number: int
    round: int
    ask: Ask
    proposal: Proposal
    reading: Reading
    verdict: Verdict | None
    critiques: tuple[Critique, ...] = ()
    opinions: tuple[SecondOpinion, ...] = ()
    seconds: float = 0.0

    @property
    def plan(self) -> Plan | None:
        """The plan that was read, or None."""
        return self.reading.plan

    @property
    def tokens(self) -> Tokens:
        """What the proposal and the critiques cost together."""
        return sum((critique.tokens for critique in self.critiques), start=self.proposal.tokens)

    @property
    def accepted(self) -> bool:
        """The plan is proven valid and no hard critic rejects it."""
        return isinstance(self.verdict, Valid) and not any(
            critique.hard and critique.opinion is Opinion.REJECT for critique in self.critiques
        )


Trace: TypeAlias = tuple[Attempt, ...]
