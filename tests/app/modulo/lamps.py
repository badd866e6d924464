"""One small task, plans for it, and the parts of a loop around it."""

import time
from collections.abc import Callable, Sequence

from app.modulo.budget import Budget
from app.modulo.critique import Critic
from app.modulo.events import Event
from app.modulo.loop import Modulo
from app.modulo.proposer import Proposer
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from app.modulo.strategy import Strategy
from app.reading import AnswerReader
from planners import Task
from planners.workers import VerifierThreads

DOMAIN = """
(define (domain lamps)
  (:requirements :strips :negative-preconditions)
  (:predicates (lit ?l) (broken ?l))
  (:action switch-on :parameters (?l)
    :precondition (and (not (lit ?l)) (not (broken ?l)))
    :effect (lit ?l)))
"""
PROBLEM = """
(define (problem two) (:domain lamps) (:objects a b c)
  (:init (broken c)) (:goal (and (lit a) (lit b))))
"""
TASK = Task(domain=DOMAIN, problem=PROBLEM)

GOOD = "(switch-on a)\n(switch-on b)\n"
HALF = "(switch-on a)\n"
TWICE = "(switch-on a)\n(switch-on a)\n"
BROKEN = "(switch-on c)\n"
PROSE = "I would rather talk about the weather."


def one_by_one(proposer: str = "replay") -> Strategy:
    return Resample(batch=Batch(proposer=proposer), width=1)


def modulo(
    proposer: Proposer,
    *,
    strategy: Strategy | None = None,
    critics: Sequence[Critic] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Modulo:
    return Modulo(
        strategy=strategy or one_by_one(proposer.name),
        proposers={proposer.name: proposer},
        reader=AnswerReader(),
        verifier=VerifierThreads(),
        critics=critics,
        clock=clock,
    )


async def events_of(loop: Modulo, budget: Budget, trace=()) -> list[Event]:
    return [event async for event in loop.solve(TASK, budget, trace)]
