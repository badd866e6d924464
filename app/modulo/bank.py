"""The strategies on offer, by name, and what one may say to shape them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.modulo.attempt import Feedback, History
from app.modulo.budget import Budget
from app.modulo.strategies.autonomous import Autonomous
from app.modulo.strategies.backprompt import Backprompt
from app.modulo.strategies.batch_repair import BatchRepair
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.ladder import DEFAULT_RUNGS, Ladder, Rung
from app.modulo.strategies.resample import Resample
from app.modulo.strategy import Strategy

DEFAULT_STRATEGY = "batch_repair"
LADDER = "ladder"
PLANNERS = "planners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What shapes a strategy. None leaves the strategy's own default.

    Attributes:
        batch: How fresh asks are made.
        feedback: How much of a flaw the backprompt tells.
        history: Which earlier turns it repeats.
        rungs: Planners that take over, in their order.
        after: Attempts of the model before they do.
        share: Of the budget's tokens and seconds before they do.
        budget: Of the session.
    """

    batch: Batch
    feedback: Feedback | None = None
    history: History | None = None
    rungs: tuple[Rung, ...] = DEFAULT_RUNGS
    after: int | None = None
    share: float = 0.5
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A strategy on offer.

    Attributes:
        summary: What it does, in one line for the user.
        takes: Which of `feedback`, `history` and `ladder` it listens to.
        build: Makes it.
        asks_model: It asks the model; else sound planners alone.
    """

    summary: str
    takes: frozenset[str]
    build: Callable[[Shape], Strategy]
    asks_model: bool = True


def _autonomous(shape: Shape) -> Strategy:
    batch = shape.batch
    return Autonomous(proposer=batch.proposer, variant=batch.variants[0], seed=batch.seed)


def _resample(shape: Shape) -> Strategy:
    return Resample(batch=shape.batch)


def _backprompt(shape: Shape) -> Strategy:
    return Backprompt(
        batch=shape.batch,
        feedback=shape.feedback or Feedback.FIRST_FLAW,
        history=shape.history or History.FULL,
    )


def _batch_repair(shape: Shape) -> Strategy:
    return BatchRepair(batch=shape.batch, feedback=shape.feedback or Feedback.FIRST_FLAW_AND_STATE)


def _ladder(shape: Shape) -> Strategy:
    return Ladder(
        first=_batch_repair(shape),
        rungs=shape.rungs,
        budget=shape.budget,
        after=shape.after,
        share=shape.share,
        seed=shape.batch.seed,
    )


def _planners(shape: Shape) -> Strategy:
    return Ladder(first=None, rungs=shape.rungs, budget=shape.budget, seed=shape.batch.seed)


STRATEGIES: Mapping[str, Offer] = MappingProxyType(
    {
        "autonomous": Offer(
            summary="one proposal, judged",
            takes=frozenset(),
            build=_autonomous,
        ),
        "resample": Offer(
            summary="fresh proposals, nothing fed back",
            takes=frozenset(),
            build=_resample,
        ),
        "backprompt": Offer(
            summary="one attempt a round, each after the critique of the last",
            takes=frozenset({"feedback", "history"}),
            build=_backprompt,
        ),
        "batch_repair": Offer(
            summary="a batch, repairs of its nearest failures, a fresh batch",
            takes=frozenset({"feedback"}),
            build=_batch_repair,
        ),
        LADDER: Offer(
            summary="batch_repair, then sound planners that start from the nearest plan",
            takes=frozenset({"feedback", "ladder"}),
            build=_ladder,
        ),
        PLANNERS: Offer(
            summary="sound planners alone, the model is not asked",
            takes=frozenset({"ladder"}),
            build=_planners,
            asks_model=False,
        ),
    }
)
