"""Attempts on the wire, both ways. The way back verifies each plan again."""

from dataclasses import replace

from pydantic import Field

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Feedback, History, Proposal, Reading, Unread
from app.modulo.critique import Critique, Opinion
from app.modulo.proposer import Verifier
from app.sessions.wire_offer import OfferWire
from app.sessions.wire_opinion import OpinionWire
from app.sessions.wire_step import StepWire, Text, Wire, absent
from app.sessions.wire_verdict import VerdictWire, verdict_wire
from planners.engines.engine import GaveUp, PlanFound, Report
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
    offer: OfferWire | None = Field(
        default=None, exclude_if=absent, description="What a constructive critic offers."
    )
    tokens: TokensWire = TokensWire()
    seconds: float = Field(default=0.0, description="CPU time, where the critic counts it.")

    @classmethod
    def of(cls, critique: Critique) -> "CritiqueWire":
        """Write a critique."""
        return cls(
            critic=critique.critic,
            hard=critique.hard,
            opinion=critique.opinion,
            message=critique.message,
            score=critique.score,
            offer=None if critique.offer is None else OfferWire.of(critique.offer),
            tokens=TokensWire.of(critique.tokens),
            seconds=critique.seconds,
        )

    def critique(self) -> Critique:
        """Read the critique back."""
        return Critique(
            critic=self.critic,
            hard=self.hard,
            opinion=self.opinion,
            message=self.message,
            score=self.score,
            offer=None if self.offer is None else self.offer.offer(),
            tokens=self.tokens.tokens(),
            seconds=self.seconds,
        )


class PlannerWire(Wire):
    """The sound planner that made a proposal."""

    engine: str
    version: str
    result: str = Field(description="Which block its answer belongs to, such as `out_of_time`.")
    optimal: bool = Field(default=False, description="It says that no plan is cheaper.")
    seconds: float = Field(description="Wall-clock time of the engine.")
    steps: int | None = Field(default=None, description="Search steps as the engine counts them.")
    notes: tuple[Text, ...] = Field(
        default=(), description="What was done otherwise than asked, for the user."
    )

    @classmethod
    def of(cls, report: Report) -> "PlannerWire":
        """Write a report."""
        result = report.result
        return cls(
            engine=report.engine,
            version=report.version,
            result=report.block,
            optimal=isinstance(result, PlanFound) and result.optimal,
            seconds=report.seconds,
            steps=report.steps,
            notes=report.notes,
        )

    def report(self, plan: Plan | None) -> Report:
        """Read the report back, without what it claims: text proves nothing."""
        return Report(
            engine=self.engine,
            version=self.version,
            result=GaveUp(self.result) if plan is None else PlanFound(plans=(plan,)),
            seconds=self.seconds,
            steps=self.steps,
            notes=self.notes,
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
    planner: PlannerWire | None = Field(
        default=None, description="The sound planner that made the proposal; none for a model."
    )
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
        reading, report = attempt.reading, attempt.proposal.report
        return cls(
            number=attempt.number,
            round=attempt.round,
            ask=AskWire.of(attempt.ask),
            text=attempt.proposal.text,
            tokens=TokensWire.of(attempt.proposal.tokens),
            finish_reason=attempt.proposal.finish_reason,
            proposal_seconds=attempt.proposal.seconds,
            planner=None if report is None else PlannerWire.of(report),
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
        plan = None if self.plan is None else plan_of(self.plan)
        return Attempt(
            number=self.number,
            round=self.round,
            ask=self.ask.ask(),
            proposal=Proposal(
                text=self.text,
                tokens=self.tokens.tokens(),
                finish_reason=self.finish_reason,
                seconds=self.proposal_seconds,
                report=None if self.planner is None else self.planner.report(plan),
            ),
            reading=Reading(
                plan=plan,
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
