"""The default: a batch, repairs of its nearest failures, a fresh batch, and stop."""

from dataclasses import dataclass, replace

from app.modulo.attempt import Ask, Attempt, Feedback, History, Trace
from app.modulo.ranking import is_worth_repairing, nearness
from app.modulo.strategies.batches import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRepair:
    """Sample broadly, then repair what came nearest, in short contexts.

    Attributes:
        batch: How fresh asks are made.
        width: Attempts of a fresh batch.
        parents: How many failures are repaired in a round.
        repairs: How many repairs are asked for of each.
        repair_rounds: How many rounds of repairs.
        feedback: How much of the flaw is told.

    Source:
        Small batches of short-context repairs beat both sampling alone and long chats:
        Mind Evolution (arXiv:2501.09891).
    """

    batch: Batch
    width: int = 4
    parents: int = 2
    repairs: int = 2
    repair_rounds: int = 3
    feedback: Feedback = Feedback.FIRST_FLAW_AND_STATE
    name: str = "batch_repair"

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Give the batch, the repairs or the last batch, by the rounds already made."""
        made = len({attempt.round for attempt in trace})
        if made in (0, self.repair_rounds + 1):
            return self._afresh(len(trace) + 1, self.width)
        if made > self.repair_rounds + 1:
            return ()
        return self._repairs(trace)

    def _afresh(self, first: int, count: int) -> tuple[Ask, ...]:
        return tuple(self.batch.fresh(first + place) for place in range(count))

    def _repairs(self, trace: Trace) -> tuple[Ask, ...]:
        chosen = self._parents(trace)
        first = len(trace) + 1
        asks = [
            replace(
                self.batch.fresh(first + place),
                after=parent.number,
                feedback=self.feedback,
                history=History.LAST,
            )
            for place, parent in enumerate(p for p in chosen for _ in range(self.repairs))
        ]
        # A parent that is missing (nothing but repeats and replies without a plan) is a
        # fresh start instead: backprompting those brings more of the same.
        wanted = self.parents * self.repairs
        return (*asks, *self._afresh(first + len(asks), wanted - len(asks)))

    def _parents(self, trace: Trace) -> list[Attempt]:
        repaired = {attempt.ask.after for attempt in trace}
        candidates = [
            attempt
            for attempt in trace
            if attempt.number not in repaired and is_worth_repairing(trace, attempt)
        ]
        candidates.sort(key=lambda attempt: (nearness(attempt), -attempt.number), reverse=True)
        return candidates[: self.parents]
