"""Who asks, and how much they may ask for."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import TypeVar

from app.access.errors import BudgetOverQuota
from app.modulo.budget import Budget
from app.sessions.origin import DEFAULT_TENANT, Lane, Origin

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much may be asked for with one API key; None is no bound.

    Attributes:
        sessions: Unfinished sessions at once.
        per_minute: Requests that begin work, in any minute.
        tokens_per_day: Tokens that its sessions may spend, by day in UTC.
        budget_attempts: Attempts that one session may ask for.
        budget_tokens: Tokens that one session may ask for.
        budget_seconds: Seconds that one session may ask for.
    """

    sessions: int | None = None
    per_minute: int | None = None
    tokens_per_day: int | None = None
    budget_attempts: int | None = None
    budget_tokens: int | None = None
    budget_seconds: float | None = None

    def check(self, budget: Budget) -> None:
        """Refuse a budget that is too high.

        Raises:
            BudgetOverQuota: it asks for more of something than one session may.
        """
        bounds = {
            "attempts": (budget.attempts, self.budget_attempts),
            "tokens": (budget.tokens, self.budget_tokens),
            "seconds": (budget.seconds, self.budget_seconds),
        }
        for limit, (asked, most) in bounds.items():
            if most is not None and (asked is None or asked > most):
                raise BudgetOverQuota(limit, most)

    def cut(self, budget: Budget, said: Set[str] = frozenset()) -> Budget:
        """Bring down what nobody asked for by name.

        Args:
            budget: Defaults and what was asked for.
            said: Names of the limits that were asked for: those stay as they are.
        """
        attempts = min(budget.attempts, self.budget_attempts or budget.attempts)
        tokens = _lower(budget.tokens, self.budget_tokens)
        seconds = _lower(budget.seconds, self.budget_seconds)
        return Budget(
            attempts=budget.attempts if "attempts" in said else attempts,
            tokens=budget.tokens if "tokens" in said else tokens,
            seconds=budget.seconds if "seconds" in said else seconds,
        )


def _lower(asked: Number | None, most: Number | None) -> Number | None:
    if asked is None or most is None:
        return most if asked is None else asked
    return min(asked, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        tenant: Whose sessions they see and make; of an open service the default one.
        key: Id of their API key, or None where the service is open.
        quota: What they may ask for.
        metrics: They may read the metrics of the service, which count everybody's sessions.
    """

    tenant: str = DEFAULT_TENANT
    key: str | None = None
    quota: Quota = field(default_factory=Quota)
    metrics: bool = False

    def origin(
        self, lane: Lane = Lane.INTERACTIVE, *, batch: str | None = None, label: str | None = None
    ) -> Origin:
        """Make the origin of a session that they ask for."""
        return Origin(tenant=self.tenant, key=self.key, lane=lane, batch=batch, label=label)
