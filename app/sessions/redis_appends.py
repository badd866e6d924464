"""Events on their way into Redis: in order, many in one round trip, and each just once."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import uuid4

from app.sessions.clock import time
from app.sessions.errors import StaleWriter, UnknownSession
from app.sessions.redis_calls import RedisCalls, Value
from app.sessions.redis_rows import head_of
from app.sessions.round_trips import RoundTrips
from app.sessions.status import Status
from app.sessions.store import Claim, Head

# What names the events of this process; none of another has its like.
_PROCESS = uuid4().hex
_EVENTS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Append:
    """An event on its way to a log.

    Attributes:
        session_id: Whose log.
        expected: Sequence number of the last event that the writer knows.
        claim: Of the writer.
        status: Where the session stands with the event.
        line: The event as text.
        token: Names the event: sent a second time, it is known by it.
    """

    session_id: str
    expected: int
    claim: Claim
    status: Status
    line: str
    token: str = field(default_factory=lambda: f"{_PROCESS}-{next(_EVENTS)}")


class Appends:
    """Adds events to logs.

    Args:
        calls: Of the Redis.
        patience_seconds: How long an event waits for Redis to come back.
    """

    def __init__(self, calls: RedisCalls, *, patience_seconds: float) -> None:
        self._calls = calls
        self._trips = RoundTrips(
            self._send, patience_seconds=patience_seconds, given_up=_lose_the_claim
        )

    def open(self) -> None:
        """Begin."""
        self._trips.open()

    async def close(self) -> None:
        """Send what is on its way, unless Redis is away; then stop."""
        await self._trips.close()

    def call(self, append: Append) -> asyncio.Future[Head]:
        """Send an event; see `Store.append`."""
        return self._trips.call(append, weight=len(append.line))

    async def _send(self, appends: Sequence[Append]) -> Sequence[Head | Exception]:
        by_session: defaultdict[str, list[Append]] = defaultdict(list)
        for append in appends:
            by_session[append.session_id].append(append)
        # One call for each log: within it a claim that is lost stays lost.
        answers = await self._calls.run_each(
            "append", [[name, *_values(its)] for name, its in by_session.items()]
        )
        results: dict[str, Head | Exception] = {}
        for its, answer in zip(by_session.values(), answers, strict=True):
            results.update(zip((one.token for one in its), _read(its, answer), strict=True))
        return [results[append.token] for append in appends]


def _values(appends: Sequence[Append]) -> list[Value]:
    claims: dict[int, int] = {}
    values: list[Value] = []
    for append in appends:
        claim = claims.setdefault(id(append.claim), len(claims) + 1)
        status = append.status
        place = [append.expected, append.token, status.value, status.ended]
        values.append(json.dumps([*place, 0 if append.claim.lost else claim]))
        values.append(append.line)
    return values


def _read(appends: Sequence[Append], answer: Any) -> Sequence[Head | Exception]:
    """Read what the script says of the events of one log."""
    if isinstance(answer, Exception):
        return [answer] * len(appends)
    session_id = appends[0].session_id
    if not answer:
        return [UnknownSession(session_id)] * len(appends)
    head = head_of(session_id, answer[0])
    results: list[Head | Exception] = []
    for append, (added, sequence, *at) in zip(appends, answer[1], strict=True):
        if added:
            updated_at = time(int(at[0]))
            results.append(
                replace(head, status=append.status, sequence=int(sequence), updated_at=updated_at)
            )
        else:
            append.claim.lost = True
            results.append(StaleWriter(session_id, append.expected, int(sequence)))
    return results


def _lose_the_claim(append: Append) -> None:
    # Nobody knows whether it got in; what comes behind it must not get in by its number.
    append.claim.lost = True
