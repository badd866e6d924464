"""Attempts on the wire, both ways. The way back verifies each plan again."""

from dataclasses import replace

from pydantic import Field

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Feedback, History, Proposal, Reading, Unread
from app.modulo.critique import Critique, Opinion
from app.modulo.proposer import Verifier
from app.sessions.wire_opinion import OpinionWire
from app.sessions.wire_step import StepWire, Text, Wire
from app.sessions.wire_verdict import VerdictWire, verdict_wire
from planners.plan import Plan
from planners.task import Task


class TokensWire(Wire):
    """What a call cost, in tokens."""

    prompt: int = 0
    cached: int = Field(default=0, description="Those of `prompt` that were not computed again.")
    completion: int = 0

    @classmethod
    def of(cls, tokens: Tokens) -> "TokensWire":
        """Write a count."""
        return cls(prompt=tokens.prompt, cached=tokens.cached, completion=tokens.completion)

    def tokens(self) -> Tokens:
        """Read the count back."""
        return Tokens(prompt=self.prompt, cached=self.cached, completion=self.completion)


class AskWire(Wire):
    """What the strategy asked for."""

    proposer: str
    after: int | None = Field(
        default=None, description="Number of the attempt whose flaw was fed back."
    )
    feedback: Feedback
    history: History
    variant: str = ""
    temperature: float = 0.0
    seed: int = 0

    @classmethod
    def of(cls, ask: Ask) -> "AskWire":
        """Write an ask."""
        return cls(
            proposer=ask.proposer,
            after=ask.after,
            feedback=ask.feedback,
            history=ask.history,
            variant=ask.variant,
            temperature=ask.temperature,
            seed=ask.seed,
        )

    def ask(self) -> Ask:
        """Read the ask back."""
        return Ask(
            proposer=self.proposer,
            after=self.after,
            feedback=self.feedback,
            history=self.history,
            variant=self.variant,
            temperature=self.temperature,
            seed=self.seed,
        )


class UnreadWire(Wire):
    """A line of the proposal that looks like a step and could not be read."""

    line: int = Field(description="Line of the proposal, counted from 1.")
    text: Text
    reason: Text


class CritiqueWire(Wire):
    """What one critic said."""

    critic: str
    hard: bool = Field(description="Whether its rejection keeps a valid plan from acceptance.")
    opinion: Opinion
    message: Text = ""
    score: float | None = None
    tokens: TokensWire = TokensWire()

    @classmethod
    def of(cls, critique: Critique) -> "CritiqueWire":
        """Write a critique."""
        return cls(
            critic=critique.critic,
            hard=critique.hard,
            opinion=critique.opinion,
            message=critique.message,
            score=critique.score,
            tokens=TokensWire.of(critique.tokens),
        )

    def critique(self) -> Critique:
        """Read the critique back."""
        return Critique(
            critic=self.critic,
            hard=self.hard,
            opinion=self.opinion,
            message=self.message,
            score=self.score,
            tokens=self.tokens.tokens(),
        )


class AttemptWire(Wire):
    """One proposal and everything found out about it."""

    number: int = Field(description="Counted from 1 over the session.")
    round: int = Field(description="Counted from 1; attempts of one round ran side by side.")
    ask: AskWire
    text: Text = Field(description="The proposal as it came: data, whatever it says.")
    tokens: TokensWire = Field(description="What the proposal cost, without the critics.")
    finish_reason: str
    proposal_seconds: float = Field(description="Wall-clock time of the proposal.")
    plan: tuple[StepWire, ...] | None = Field(
        default=None, description="The plan read from the text, or nothing."
    )
    unread: tuple[UnreadWire, ...] = ()
    claims_unsolvable: bool = Field(
        default=False, description="The text says that there is no plan. A claim, no proof."
    )
    verdict: VerdictWire | None = None
    critiques: tuple[CritiqueWire, ...] = ()
    opinions: tuple[OpinionWire, ...] = Field(
        default=(), description="What independent validators make of the verdict, where asked."
    )
    seconds: float = Field(
        description="Wall-clock time from asking to the last critique or opinion."
    )

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptWire":
        """Write an attempt."""
        reading = attempt.reading
        return cls(
            number=attempt.number,
            round=attempt.round,
            ask=AskWire.of(attempt.ask),
            text=attempt.proposal.text,
            tokens=TokensWire.of(attempt.proposal.tokens),
            finish_reason=attempt.proposal.finish_reason,
            proposal_seconds=attempt.proposal.seconds,
            plan=None if reading.plan is None else plan_wire(reading.plan),
            unread=tuple(
                UnreadWire(line=unread.line, text=unread.text, reason=unread.reason)
                for unread in reading.unread
            ),
            claims_unsolvable=reading.claims_unsolvable,
            verdict=None if attempt.verdict is None else verdict_wire(attempt.verdict),
            critiques=tuple(CritiqueWire.of(critique) for critique in attempt.critiques),
            opinions=tuple(OpinionWire.of(opinion) for opinion in attempt.opinions),
            seconds=attempt.seconds,
        )

    def unjudged(self) -> Attempt:
        """Read the attempt back without its verdict and what others make of it.

        Raises:
            ValueError: a time in the plan is no number.
        """
        return Attempt(
            number=self.number,
            round=self.round,
            ask=self.ask.ask(),
            proposal=Proposal(
                text=self.text,
                tokens=self.tokens.tokens(),
                finish_reason=self.finish_reason,
                seconds=self.proposal_seconds,
            ),
            reading=Reading(
                plan=None if self.plan is None else plan_of(self.plan),
                unread=tuple(
                    Unread(line=unread.line, text=unread.text, reason=unread.reason)
                    for unread in self.unread
                ),
                claims_unsolvable=self.claims_unsolvable,
            ),
            verdict=None,
            critiques=tuple(critique.critique() for critique in self.critiques),
            seconds=self.seconds,
        )

    async def attempt(self, task: Task, verifier: Verifier) -> Attempt:
        """Read the attempt back; its verdict is made anew.

        Raises:
            ValueError: a time in the plan is no number.
            PlanningError: the verifier cannot judge the plan, or the task is none.
        """
        attempt = self.unjudged()
        if attempt.plan is None:
            return attempt
        return replace(attempt, verdict=await verifier.verify(task, attempt.plan))


def plan_wire(plan: Plan) -> tuple[StepWire, ...]:
    """Write a plan."""
    return tuple(StepWire.of(step) for step in plan.steps)


def plan_of(steps: tuple[StepWire, ...]) -> Plan:
    """Read a plan back.

    Raises:
        ValueError: a time is no number.
    """
    return Plan(steps=tuple(step.step() for step in steps))
