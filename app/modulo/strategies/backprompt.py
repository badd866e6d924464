"""The paper's own loop: one attempt a round, each after the critique of the last."""

from dataclasses import dataclass, replace

from app.modulo.attempt import Ask, Feedback, History, Trace
from app.modulo.ranking import is_worth_repairing
from app.modulo.strategies.batches import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Backprompt:
    """Tell the flaw of the last attempt and ask again.

    Attributes:
        batch: How asks are made; the first is `batch.fresh(1)`.
        rounds: How many attempts at most, the first counted in.
        feedback: How much of the flaw is told.
        history: Which earlier turns are repeated.
        afresh_on_repeat: Start afresh after a repeated plan or a reply without a plan. The
            paper's loop does not; set False for its exact course.

    Source:
        Valmeekam et al. 2023 (arXiv:2305.15771); Stechly et al. 2024 (arXiv:2402.08115).
    """

    batch: Batch
    rounds: int = 15
    feedback: Feedback = Feedback.FIRST_FLAW
    history: History = History.FULL
    afresh_on_repeat: bool = True
    name: str = "backprompt"

    def next_round(self, trace: Trace) -> tuple[Ask, ...]:
        """Ask once, after the last attempt."""
        if len(trace) >= self.rounds:
            return ()
        fresh = self.batch.fresh(len(trace) + 1)
        if not trace:
            return (fresh,)
        last = trace[-1]
        if self.afresh_on_repeat and not is_worth_repairing(trace, last):
            return (fresh,)
        return (replace(fresh, after=last.number, feedback=self.feedback, history=self.history),)
