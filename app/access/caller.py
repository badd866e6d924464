"""Who asks, and how much they may ask for."""

from dataclasses import dataclass, field

from app.sessions.origin import DEFAULT_TENANT, Lane, Origin


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        tenant: Whose sessions they see and make; of an open service the default one.
        key: Id of their API key, or None where the service is open.
        quota: What they may ask for.
    """

    tenant: str = DEFAULT_TENANT
    key: str | None = None
    quota: Quota = field(default_factory=Quota)

    def origin(
        self, lane: Lane = Lane.INTERACTIVE, *, batch: str | None = None, label: str | None = None
    ) -> Origin:
        """Make the origin of a session that they ask for."""
        return Origin(tenant=self.tenant, key=self.key, lane=lane, batch=batch, label=label)
