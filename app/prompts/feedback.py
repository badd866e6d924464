"""What an attempt is told about itself, at each level of feedback.

The levels `none`, `binary`, `first_flaw` and `first_flaw_and_state` each say what the one
before says and more; `all_flaws` says what `first_flaw` says and more. Nothing is said that
the reader, the verifier or a hard critic did not find, but for what constructive critics
offer, and that is said as an offer.
"""

from app.modulo.attempt import Attempt, Feedback, Trace, Unread
from app.modulo.critique import Opinion
from app.prompts.continuation import Continuation, Finding, go_on
from app.prompts.flaws import (
    conditions,
    facts_in_words,
    fault,
    flaw_in_words,
    objects_of,
    step_named,
)
from app.prompts.lexicon import Speech
from app.prompts.numbers import number
from app.prompts.offers import offer_in_words
from app.prompts.quoting import clipped, quoted, steps_named
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.model import AtomEffect
from planners.pddl.walks import written_effects
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Invalid, PlanFlaw, UnsatisfiedGoal, UnsatisfiedPrecondition, Valid

MOST_FLAWS = 8
MOST_CHARACTERS_OF_A_CRITIQUE = 600


def tell(task: Task, attempt: Attempt, trace: Trace, feedback: Feedback, speech: Speech) -> str:
    """Say what was found out about an attempt; empty at the level `none`.

    Args:
        task: The task that the attempt was made for.
        attempt: A finished attempt.
        trace: Every attempt known; earlier ones tell a repeat.
        feedback: How much is told.
        speech: How atoms are said.
    """
    if feedback is Feedback.NONE:
        return ""
    said = [_gist(attempt, trace)]
    if feedback is not Feedback.BINARY:
        said += _unread(attempt, most=MOST_FLAWS if feedback is Feedback.ALL_FLAWS else 1)
        said += _details(task, attempt, feedback, speech)
    return "\n".join(part for part in said if part)


def verdict_in_words(verdict: Invalid, speech: Speech) -> str:
    """Say that a plan is wrong and the first flaw of it."""
    return f"The plan does not solve the problem. {flaw_in_words(verdict.flaw, speech)}"


def _gist(attempt: Attempt, trace: Trace) -> str:
    if attempt.plan is None:
        if attempt.reading.claims_unsolvable:
            return (
                "The answer says that the problem cannot be solved. That is not proven, and "
                "it is not taken as an answer: give a plan."
            )
        return "The answer holds no plan that could be read."
    if isinstance(attempt.verdict, Valid):
        gist = "The plan is valid: it can be executed and reaches the goal."
        gist += _wish(attempt, trace) if attempt.accepted else " It is still not accepted."
    elif isinstance(attempt.verdict, Invalid):
        gist = "The plan does not solve the problem."
    else:
        gist = "The plan was not judged."
    if any(
        earlier.number < attempt.number and earlier.plan == attempt.plan and not earlier.accepted
        for earlier in trace
    ):
        gist += " The same plan was already rejected in an earlier attempt: give another one."
    return gist


def _wish(attempt: Attempt, trace: Trace) -> str:
    """Ask for a better plan than one that was accepted: nobody goes on for any other reason."""
    cost = attempt.verdict.cost if isinstance(attempt.verdict, Valid) else None
    known = [
        f"attempt {other.number}: {number(other.verdict.cost)}"
        for other in trace
        if other.accepted and isinstance(other.verdict, Valid) and other.verdict.cost is not None
    ]
    costs = "" if cost is None else f" It costs {number(cost)}."
    others = f" Costs of the plans accepted so far: {'; '.join(known)}." if len(known) > 1 else ""
    return f"{costs}{others} Give a better plan, one that is valid too."


def _unread(attempt: Attempt, most: int) -> list[str]:
    unread = attempt.reading.unread
    said = [_unread_line(line) for line in unread[:most]]
    if len(unread) > most:
        more = len(unread) - most
        said.append(f"{more} more {'line' if more == 1 else 'lines'} could not be read.")
    if unread and attempt.plan is not None:
        said.append("What follows is about the steps that could be read.")
    if attempt.plan is None and attempt.proposal.finish_reason == "length":
        said.append("The answer was cut off where it reached its greatest length.")
    return said


def _unread_line(unread: Unread) -> str:
    return (
        f"Line {unread.line} of the answer, {quoted(unread.text)}, could not be read: "
        f"{clipped(unread.reason)}."
    )


def _details(task: Task, attempt: Attempt, feedback: Feedback, speech: Speech) -> list[str]:
    match attempt.verdict:
        case Valid():
            return _critiques(attempt)
        case Invalid() as verdict if attempt.plan is not None:
            if feedback is Feedback.ALL_FLAWS:
                said = _all_flaws(task, attempt.plan, verdict, speech)
            else:
                said = [flaw_in_words(verdict.flaw, speech)]
            if feedback is Feedback.FIRST_FLAW_AND_STATE:
                said += _state(task, attempt.plan, verdict, speech)
            offers = (critique.offer for critique in attempt.critiques)
            return said + [offer_in_words(offer, speech) for offer in offers if offer is not None]
        case _:
            return []


def _critiques(attempt: Attempt) -> list[str]:
    """Give the reasons of a valid plan's rejection; soft critics only advise."""
    return [
        ("Why it is not accepted: " if critique.hard else "Advice, not a requirement: ")
        + clipped(critique.message, MOST_CHARACTERS_OF_A_CRITIQUE)
        for critique in sorted(attempt.critiques, key=lambda critique: not critique.hard)
        if critique.opinion is Opinion.REJECT and critique.message
    ]


def _state(task: Task, plan: Plan, verdict: Invalid, speech: Speech) -> list[str]:
    """Say what holds where execution stops, why it stops there, and what is still to do."""
    place, flaw = verdict.executed, verdict.flaw
    steps = plan.steps[place : place + 1]
    unmet = flaw.unmet if isinstance(flaw, UnsatisfiedPrecondition | UnsatisfiedGoal) else ()
    about = objects_of(*steps, *unmet, *verdict.open_goals)
    facts = facts_in_words(verdict.state, about, fluents(task), speech)
    if isinstance(flaw, PlanFlaw):
        return [f"At the end this holds: {facts}"]
    said = []
    if flaw.index != place:
        # Names and types are looked at first, over the whole plan; execution stops earlier.
        said = [flaw_in_words(other, speech) for other in verdict.also if other.index == place]
    where = f"Before step {place + 1}" if place else "In the initial state"
    said.append(f"{where} this holds: {facts}")
    open_goals = conditions(verdict.open_goals, speech)
    if verdict.open_goals:
        said.append(f"Parts of the goal that do not hold there: {open_goals}.")
    else:
        said.append("The whole goal holds there.")
    return said


def _all_flaws(task: Task, plan: Plan, verdict: Invalid, speech: Speech) -> list[str]:
    if isinstance(verdict.flaw, PlanFlaw):
        return [flaw_in_words(verdict.flaw, speech)]
    found = go_on(task, plan, verdict, most=MOST_FLAWS)
    said = [_finding(finding, speech) for finding in found.findings[:MOST_FLAWS]]
    if len(found.findings) > MOST_FLAWS:
        said.append(f"{len(found.findings) - MOST_FLAWS} more flaws were found and are not listed.")
    return [*said, _end(found, speech)]


def _finding(finding: Finding, speech: Speech) -> str:
    if not finding.without:
        return flaw_in_words(finding.flaw, speech)
    index, step = finding.flaw.index, finding.flaw.step
    named = step_named(index, step)
    return f"If {_left_out(finding.without)} left out, s{named[1:]} {fault(finding.flaw, speech)}"


def _end(found: Continuation, speech: Speech) -> str:
    match found.end:
        case None:
            return "Whether there are further flaws was not looked into."
        case Valid():
            return f"If {_left_out(found.left_out)} left out, the others solve the problem."
        case Invalid() as end:
            return (
                f"If {_left_out(found.left_out)} left out, all others can be executed. Parts "
                f"of the goal that do not hold at the end then: "
                f"{conditions(end.open_goals, speech)}."
            )


def _left_out(indexes: tuple[int, ...]) -> str:
    return f"{steps_named(indexes)} {'is' if len(indexes) == 1 else 'are'}"


def fluents(task: Task) -> frozenset[str]:
    """Collect the predicates that some action of a task can change."""
    return _fluents(task)


def _collect_fluents(task: Task) -> frozenset[str]:
    lifted = read_task(task)
    # What is derived changes with what it is derived from.
    derived = {axiom.predicate for axiom in lifted.axioms}
    changed = {
        effect.atom.predicate
        for _, effect, _ in written_effects(lifted)
        if isinstance(effect, AtomEffect)
    }
    return frozenset(derived | changed)


_fluents = TaskCache(_collect_fluents)
