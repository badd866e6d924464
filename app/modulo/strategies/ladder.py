"""A ladder: the model first, and sound planners, rung by rung, where it does not get there."""

from dataclasses import dataclass
from enum import StrEnum

from app.modulo.attempt import Ask, Trace
from app.modulo.budget import Budget, spent
from app.modulo.ranking import best
from app.modulo.strategies.seeds import seed_of
from app.modulo.strategy import Strategy


class Rung(StrEnum):
    """What a planner does when its turn has come."""

    REPAIR = "repair"
    COMPLETE = "complete"
    KEEP = "keep"
    PLAN = "plan"
    OPTIMAL = "optimal"

    @property
    def proposer(self) -> str:
        """The name of its proposer in the bank."""
        return f"planner:{self.value}"


DEFAULT_RUNGS = (Rung.REPAIR, Rung.COMPLETE, Rung.PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Let another strategy try, then ask each planner once, the nearest plan in its hand.

    The model's turn ends after `after` attempts, when its share of the tokens or seconds is
    spent, or when its strategy gives up, whichever comes first. A planner costs an attempt
    like any proposal, so room for all rungs is left in the budget.

    Attributes:
        first: The model's strategy, or None: then planners alone are asked.
        rungs: In the order in which they are climbed.
        budget: Of the session.
        after: Attempts of the model, at least 1; None leaves it to the share.
        share: Of the budget's tokens and seconds for the model, above 0 and at most 1.
        seed: Of the session.

    Source:
        Planners that start from a model's plan: Valmeekam et al. 2023 (arXiv:2305.15771).
    """

    first: Strategy | None
    rungs: tuple[Rung, ...]
    budget: Budget
    after: int | None = None
    share: float = 0.5
    seed: int = 0
    name: str = "ladder"

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Give the model's next round, or the next planner that was not asked yet."""
        asked = {attempt.ask.proposer for attempt in trace}
        left = [rung for rung in self.rungs if rung.proposer not in asked]
        first = self.first
        if first is not None and len(left) == len(self.rungs) and not self._over(trace):
            asks = first.next_round(trace)[: self._attempts() - len(trace)]
            if asks:
                return asks
        return (self._climb(left[0], trace),) if left else ()

    def _climb(self, rung: Rung, trace: Trace) -> Ask:
        nearest = best(trace)
        after = None if nearest is None else nearest.number
        return Ask(proposer=rung.proposer, after=after, seed=seed_of(self.seed, len(trace) + 1))

    def _attempts(self) -> int:
        """Say how many attempts are the model's; one at least, or it were no ladder."""
        room = max(1, self.budget.attempts - len(self.rungs))
        return room if self.after is None else min(room, self.after)

    def _over(self, trace: Trace) -> bool:
        so_far, budget = spent(trace), self.budget
        return (
            so_far.attempts >= self._attempts()
            or (budget.tokens is not None and so_far.tokens >= self.share * budget.tokens)
            or (budget.seconds is not None and so_far.seconds >= self.share * budget.seconds)
        )
