"""One lane's line within a process: fair between tenants, in order for each of them."""

from collections import Counter, OrderedDict


class Line:
    """Who waits in a lane, and how many of each tenant run.

    Tenants take turns; one that has as many running as it may is passed over until one of
    them ends. A turn costs the same however many wait.

    Args:
        places: So many run side by side, at least 1.
        most_of_one: So many of one tenant run side by side; None is no bound.
    """

    def __init__(self, *, places: int, most_of_one: int | None) -> None:
        self._free = places
        self._most_of_one = most_of_one
        self._waiting: dict[str, OrderedDict[str, None]] = {}
        self._running: Counter[str] = Counter()
        # Whose turn it is, next first: tenants that wait, and may have one more running.
        self._turns: OrderedDict[str, None] = OrderedDict()

    def add(self, tenant: str, session_id: str) -> None:
        """Have a session wait behind those of its tenant."""
        self._waiting.setdefault(tenant, OrderedDict())[session_id] = None
        self._have_turns(tenant)

    def drop(self, tenant: str, session_id: str) -> None:
        """Have a session not wait any more; one that does not wait changes nothing."""
        if (waiting := self._waiting.get(tenant)) is not None:
            waiting.pop(session_id, None)
            self._settle(tenant)

    def take(self) -> str | None:
        """Give the next session its place; None when no place is free, or nobody may."""
        if not self._free or not self._turns:
            return None
        tenant, _ = self._turns.popitem(last=False)
        session_id, _ = self._waiting[tenant].popitem(last=False)
        self._free -= 1
        self._running[tenant] += 1
        self._settle(tenant)
        self._have_turns(tenant)
        return session_id

    def free(self, tenant: str) -> None:
        """Take back the place of one of a tenant's sessions."""
        self._free += 1
        self._running[tenant] -= 1
        if not self._running[tenant]:
            del self._running[tenant]
        self._have_turns(tenant)

    def clear(self) -> None:
        """Have nobody wait any more; what runs keeps its place."""
        self._waiting.clear()
        self._turns.clear()

    def _have_turns(self, tenant: str) -> None:
        """Let a tenant have turns, behind the others, if it waits and may."""
        may = self._most_of_one is None or self._running[tenant] < self._most_of_one
        if may and self._waiting.get(tenant):
            self._turns.setdefault(tenant)

    def _settle(self, tenant: str) -> None:
        """Forget a tenant that does not wait any more."""
        if not self._waiting[tenant]:
            del self._waiting[tenant]
            self._turns.pop(tenant, None)
