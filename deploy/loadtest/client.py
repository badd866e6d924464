"""One client: asks for a plan, follows the session to its end, and keeps count."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from random import Random

from deploy.loadtest.connection import Reply, Request, answering, ask
from deploy.loadtest.event_stream import events
from deploy.loadtest.loopback import Address
from deploy.loadtest.records import LOST, UNFINISHED, Record

FIRST_WAIT_SECONDS = 0.1
MOST_WAIT_SECONDS = 2.0
# Streams send a comment every 15 s where nothing happens.
SILENCE_SECONDS = 40.0
POLL_SECONDS = 30
COME_AGAIN = frozenset({409, 429, 500, 502, 503, 504})


class _Over(Exception):
    """The service has nothing more to say of this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a client behaves.

    Attributes:
        poll: Wait for the end by long polls and read the log once, instead of a stream.
        hang_up: Probability that the client drops its stream behind an event, to come back
            with the number of the last event it saw.
        reread: Read each log once more from its beginning when the session has ended, and
            compare it with what the stream has shown.
    """

    poll: bool = False
    hang_up: float = 0.0
    reread: bool = False


@dataclass(slots=True)
class Deadline:
    """When clients give up. A run moves it when it knows better.

    Attributes:
        at: Seconds of the wall clock.
    """

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Clients of one service.

    Attributes:
        address: Where it listens.
        manners: How they behave.
        deadline: Whoever is not done by then gives up.
        key: API key, or nothing.
        seed: Of what they do at random.
        run_name: Of the run: a request of another run is another one, whatever its seed.
        clock: Seconds of the wall clock.
        sleep: How to wait.
    """

    address: Address
    manners: Manners = field(default_factory=Manners)
    deadline: Deadline
    key: str = ""
    seed: int = 0
    run_name: str = ""
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(
        self,
        record: Record,
        body: bytes,
        accepted: Callable[[Record], None] = lambda _: None,
    ) -> None:
        """Have a session from its request to its end; the record is filled as it goes.

        Args:
            record: Of this session.
            body: The request.
            accepted: Told once the session has a name.
        """
        if not await self._post(record, body):
            return
        accepted(record)
        record.status = UNFINISHED
        random = Random(self.seed * 1_000_003 + record.index)  # noqa: S311 (no secrets)
        if self.manners.poll:
            record.polled = True
            await self._poll(record)
        over = await self._follow(record, random)
        if record.log.outcome is None:
            record.status = await self._last_look(record, over=over)
            return
        record.status = record.log.outcome
        if self.manners.reread:
            again = Record(index=record.index, scheduled=0.0, session_id=record.session_id)
            over = await self._follow(again, None)
            record.differs = over and again.log.digest != record.log.digest

    def _headers(self, **more: str) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {**key, **{name.replace("_", "-"): value for name, value in more.items()}}

    async def _post(self, record: Record, body: bytes) -> bool:
        """Send the request until it is taken; the same key makes one session of all tries."""
        began = self.clock()
        request = Request(
            method="POST",
            path="/v1/plans",
            headers=self._headers(
                Content_Type="application/json",
                Prefer="respond-async",
                Idempotency_Key=f"loadtest-{self.run_name}-{record.tenant}-{record.index}",
            ),
            body=body,
        )
        for wait in _waits():
            reply = await self._asked(request)
            if reply is not None and reply.status in {200, 202}:
                record.accepted = self.clock()
                record.post_seconds = record.accepted - began
                record.session_id = str(json.loads(reply.body)["id"])
                record.log.reason = ""
                return True
            record.refusals += 1
            record.log.reason = "no answer" if reply is None else _said(reply)
            record.troubles.append(f"request: {record.log.reason[:160]}")
            if reply is not None and reply.status not in COME_AGAIN:
                return False
            # What the service asks for, but a crowd must not come back all at once.
            if not await self._rest(wait if reply is None else max(wait, reply.retry_seconds)):
                return False
        return False

    async def _asked(self, request: Request, seconds: float = 30.0) -> Reply | None:
        """Ask once; None where there was no whole answer."""
        try:
            return await ask(self.address, request, seconds=seconds)
        except (OSError, TimeoutError):
            return None

    async def _rest(self, seconds: float) -> bool:
        """Wait, unless that would pass the deadline."""
        if self.clock() + seconds >= self.deadline.at:
            return False
        await self.sleep(seconds)
        return True

    async def _poll(self, record: Record) -> None:
        """Wait for the end by long polls."""
        request = Request(
            path=f"/v1/plans/{record.session_id}?wait={POLL_SECONDS}", headers=self._headers()
        )
        for wait in _waits():
            reply = await self._asked(request, seconds=2.0 * POLL_SECONDS)
            if reply is not None and reply.status == 200:
                if json.loads(reply.body)["outcome"] is not None:
                    record.ended = self.clock()
                    return
            elif not await self._rest(wait):
                return
            if self.clock() >= self.deadline.at:
                return

    async def _follow(self, record: Record, random: Random | None) -> bool:
        """Follow the stream to the outcome, over as many connections as that takes.

        Returns:
            Whether the service has told all that it has to say, in time.
        """
        waits = _waits()
        while record.log.outcome is None:
            try:
                async with asyncio.timeout(max(0.0, self.deadline.at - self.clock())):
                    if await self._listen(record, random):
                        waits = _waits()
                        continue
            except _Over:
                return True
            except (OSError, TimeoutError, ValueError) as problem:
                record.reconnects += 1
                record.troubles.append(f"stream: {type(problem).__name__}")
            if record.log.outcome is None and not await self._rest(next(waits)):
                return False
        return True

    async def _listen(self, record: Record, random: Random | None) -> bool:
        """Take up the stream once.

        Returns:
            Whether it went on from where it was.
        """
        log, path = record.log, f"/v1/plans/{record.session_id}/events"
        headers = self._headers(**({"Last_Event_ID": str(log.last)} if log.last else {}))
        before = log.last
        async with answering(self.address, Request(path=path, headers=headers)) as answer:
            if answer.status in {204, 404}:
                # Both come before an outcome only where something is wrong.
                raise _Over
            if answer.status != 200:
                record.troubles.append(f"stream: {answer.status}")
                return False
            pieces = answer.pieces(SILENCE_SECONDS)
            async with aclosing(pieces):
                async for sent in events(pieces):
                    for each in sent:
                        self._take(record, log.add(each, self.clock()))
                        if random is not None and random.random() < self.manners.hang_up:
                            record.hung_up += 1
                            return True
        if log.outcome is None:
            record.reconnects += 1
            record.troubles.append("stream: ended before the outcome")
        return log.last > before

    def _take(self, record: Record, new: bool) -> None:
        if new and record.log.outcome is not None and record.ended is None:
            record.ended = self.clock()

    async def _last_look(self, record: Record, *, over: bool) -> str:
        """Ask the session itself what became of it when its stream never told.

        Args:
            record: Of the session.
            over: The stream has told all that it had to say.
        """
        reply = await self._asked(
            Request(path=f"/v1/plans/{record.session_id}", headers=self._headers())
        )
        if reply is None:
            return UNFINISHED
        if reply.status == 404:
            return LOST
        told = json.loads(reply.body) if reply.status == 200 else {}
        if over:
            # What ended without its stream having told is not lost, but its events are missing.
            record.log.missing += max(0, int(told.get("last_event", 0)) - record.log.last)
        return str(told["status"]) if told.get("outcome") else UNFINISHED


def _said(reply: Reply) -> str:
    return f"{reply.status}: {reply.body[:300].decode(errors='replace')}"


def _waits() -> Iterator[float]:
    wait = FIRST_WAIT_SECONDS
    while True:
        yield wait
        wait = min(MOST_WAIT_SECONDS, 2.0 * wait)
