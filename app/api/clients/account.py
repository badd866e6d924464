"""What came of a session, in the words and forms that clients show to people."""

import asyncio
from dataclasses import dataclass

from app.api.service import Service
from app.modulo.budget import Limit, spent
from app.prompts.flaws import flaw_in_words
from app.prompts.lexicon import PddlSpeech
from app.sessions.history import Told
from app.sessions.wire import (
    CancelledWire,
    ExhaustedWire,
    FailedWire,
    OutcomeWire,
    SolvedWire,
    UnsolvableWire,
)
from app.sessions.wire_attempt import AttemptWire, plan_of
from app.sessions.wire_request import BudgetWire
from planners.errors import PlanningError
from planners.plan import Plan, Step
from planners.task import Task
from planners.verdict import Invalid

MOST_PLANNERS_TOLD = 20
NONE_FOUND = "That does not mean that there is none."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of a session that has ended.

    Attributes:
        words: The outcome, in sentences.
        log: What it took, a line for each thing to know.
        plan: The plan that was found and verified, or None.
        cost: Of that plan, as the verdict has it.
        makespan: Of a temporal plan: when it ends, in its unit of time; else None.
        searched: Search steps of the planners that were asked, or None where none counts.
        seconds: Wall-clock time of the session's rounds.
        out_of_time: Its seconds were over.
    """

    words: str
    log: str
    plan: Plan | None = None
    cost: int | float | None = None
    makespan: float | None = None
    searched: int | None = None
    seconds: float = 0.0
    out_of_time: bool = False

    @property
    def plan_file(self) -> str:
        """The plan as a plan file; its cost stands in front, where clients look for it."""
        cost = "" if self.cost is None else f"; cost = {self.cost}\n"
        return f"{cost}{self.plan}"


async def account(service: Service, told: Told) -> Account:
    """Tell what came of a session.

    Args:
        service: Its verifier says again what is wrong with the nearest plan.
        told: The log; it has an outcome.
    """
    outcome = told.outcome
    cost = await asyncio.to_thread(lambda: spent(tuple(made.unjudged() for made in told.attempts)))
    line = f"{cost.attempts} attempts, {cost.tokens} tokens, {cost.seconds:.1f} s"
    log = "\n".join([line, *_of_planners(told)])
    searched = [made.planner.steps for made in told.attempts if made.planner is not None]
    counted = [steps for steps in searched if steps is not None]
    if not isinstance(outcome, SolvedWire):
        flaw = await _nearest(service, told)
        return Account(
            words=" ".join(filter(None, (_why_none(outcome, told), flaw))),
            log=log,
            seconds=cost.seconds,
            out_of_time=isinstance(outcome, ExhaustedWire) and outcome.limit is Limit.SECONDS,
        )
    plan = plan_of(outcome.plan)
    worth = "" if outcome.cost is None else f", cost {outcome.cost}"
    return Account(
        words=f"A plan was found and verified: {len(plan.steps)} steps{worth}, "
        f"by {outcome.engine or outcome.proposer}.",
        log=log,
        plan=plan,
        cost=outcome.cost,
        makespan=_makespan(plan),
        searched=sum(counted) if counted else None,
        seconds=cost.seconds,
    )


def refusal(reason: str) -> str:
    """Say why there is no session."""
    return f"Nothing was begun: {reason}"


def step_json(step: Step) -> dict[str, str | float]:
    """Write a step as solver services do; times are in the plan's unit."""
    written: dict[str, str | float] = {"name": str(step)}
    if step.start is not None:
        written["time"] = float(step.start)
    if step.duration is not None:
        written["duration"] = float(step.duration)
    return written


def _why_none(outcome: OutcomeWire | None, told: Told) -> str:
    match outcome:
        case UnsolvableWire(engine=engine):
            said = f"No plan exists: {engine} has proven that the goal cannot be reached."
        case ExhaustedWire(limit=limit):
            ended = _where_it_ended(limit, told.created.budget)
            planners = "; ".join(_of_planners(told))
            said = f"{ended}{f' ({planners})' if planners else ''}. {NONE_FOUND}"
        case CancelledWire():
            said = "The session was cancelled."
        case FailedWire(reason=reason):
            said = f"The session failed: {reason}"
        case _:
            said = "The session has not ended."
    return said


def _where_it_ended(limit: Limit, budget: BudgetWire) -> str:
    match limit:
        case Limit.SECONDS:
            return f"Out of time: no plan was found within {budget.seconds or 0:g} s"
        case Limit.TOKENS:
            return f"Out of budget: no plan was found within {budget.tokens} tokens"
        case Limit.ATTEMPTS:
            return f"Out of budget: no plan was found within {budget.attempts} attempts"
        case Limit.STRATEGY:
            return "No plan was found, and nothing is left to try"


def _of_planners(told: Told) -> list[str]:
    """Say why planners have found nothing, in their words."""
    texts = [made.text for made in told.attempts if made.planner is not None and made.plan is None]
    return [
        line.removeprefix("; ")
        for text in texts[:MOST_PLANNERS_TOLD]
        for line in text.strip().splitlines()
    ]


async def _nearest(service: Service, told: Told) -> str:
    """Say what is wrong with the plan that came nearest, or nothing where none was read."""
    best = told.outcome.best if isinstance(told.outcome, ExhaustedWire) else None
    made = next((each for each in told.attempts if each.number == best), None)
    if made is None or made.plan is None:
        return ""
    flaw = await flaw_of(service, told, made)
    return "" if flaw is None else f"The nearest plan, of attempt {best}: {flaw}"


async def flaw_of(service: Service, told: Told, made: AttemptWire) -> str | None:
    """Say the first flaw of an attempt's plan; None where there is none, or it is not judged."""
    if made.plan is None:
        return None
    task = Task(domain=told.created.domain, problem=told.created.problem)
    try:
        # A log's verdict is told, never read back: what goes out in words is found anew.
        verdict = await service.verifier.verify(task, plan_of(made.plan))
    except PlanningError:
        return None
    return flaw_in_words(verdict.flaw, PddlSpeech()) if isinstance(verdict, Invalid) else None


def _makespan(plan: Plan) -> float | None:
    ends = [step.start + (step.duration or 0) for step in plan.steps if step.start is not None]
    return float(max(ends)) if ends else None
