"""Waiting for news of sessions without asking again and again."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from app.sessions.store import Head


class Heads(Protocol):
    """Says where sessions stand: a store."""

    async def head(self, session_id: str) -> Head:
        """Say where a log stands; see `Store`."""
        ...


def concerns(head: Head, after: int | None) -> bool:
    """Say whether somebody waited for this: for an event behind `after`, or for the end."""
    return head.status.ended or (after is not None and head.sequence > after)


@dataclass(slots=True, eq=False)
class _Wait:
    """Who waits; `told` takes the news, or None when it is time to look again."""

    after: int | None
    told: asyncio.Future[Head | None]


class Waiting:
    """Who waits for which session, within one process and on one event loop."""

    def __init__(self) -> None:
        self._waits: defaultdict[str, set[_Wait]] = defaultdict(set)

    async def wait(
        self,
        heads: Heads,
        session_id: str,
        after: int | None,
        timeout_seconds: float,
        *,
        known: Head | None = None,
    ) -> Head:
        """Wait for an event behind a number, or with None for the end; see `Store.wait`.

        Args:
            heads: Says where sessions stand.
            session_id: Whose events.
            after: Number of the last event that is known already.
            timeout_seconds: How long to wait at most.
            known: Where the session stands, if all news since are told here; None to look.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_seconds
        wait = _Wait(after=after, told=loop.create_future())
        # Before the look at the log: what is written between the two must not be missed.
        self._waits[session_id].add(wait)
        try:
            while True:
                head = known or await heads.head(session_id)
                known = None
                if concerns(head, after):
                    return head
                await asyncio.wait([wait.told], timeout=until - loop.time())
                if not wait.told.done():
                    return await heads.head(session_id)
                if (news := wait.told.result()) is not None:
                    return news
                wait.told = loop.create_future()
        finally:
            self._waits[session_id].discard(wait)
            if not self._waits[session_id]:
                del self._waits[session_id]

    def tell(self, head: Head) -> None:
        """Tell whom it concerns where a session stands now."""
        for wait in self._waits.get(head.session_id, ()):
            if concerns(head, wait.after) and not wait.told.done():
                wait.told.set_result(head)

    def look_again(self, session_id: str) -> None:
        """Have everybody who waits for a session look: news may have been missed."""
        for wait in self._waits.get(session_id, ()):
            if not wait.told.done():
                wait.told.set_result(None)
