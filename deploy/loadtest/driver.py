"""Sends clients on their way: at times drawn beforehand, or so many at once."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from deploy.loadtest.arrivals import wait_until
from deploy.loadtest.client import Client
from deploy.loadtest.records import Record
from deploy.loadtest.requests import Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Runs sessions of one tenant.

    Attributes:
        client: How each goes about it.
        requests: What each asks for.
        tenant: Whose they are, for the records.
        first: Index of the first session; the runs of one test share none.
        know: Told the name of each session that was accepted.
        records: Of all sessions that were scheduled so far.
    """

    client: Client
    requests: Requests
    tenant: str = ""
    first: int = 0
    know: Callable[[str], None] = lambda _: None
    records: list[Record] = field(default_factory=list)

    async def open_loop(self, arrivals: Sequence[float], began: float) -> None:
        """Have sessions begin at their times, however the others fare.

        Args:
            arrivals: Seconds from the start, rising.
            began: The start, in seconds of the wall clock.
        """
        async with asyncio.TaskGroup() as group:
            for at in arrivals:
                await wait_until(began + at)
                group.create_task(self._one(began + at))

    async def keep(
        self,
        in_flight: int,
        most: int,
        ended: asyncio.Event,
        *,
        pauses: Iterable[float] = repeat(0.002),
    ) -> None:
        """Keep so many sessions in flight: one that ends makes room for the next.

        Args:
            in_flight: How many.
            most: After so many in all no more begin.
            ended: Set, no more begin either; those in flight go on to their end.
            pauses: Seconds behind each of the first ones. All at once they would go on in step.
        """

        async def one_after_the_other() -> None:
            while not ended.is_set() and len(self.records) < most:
                await self._one(time.time())

        async with asyncio.TaskGroup() as group:
            for _, pause in zip(range(min(in_flight, most)), pauses, strict=False):
                group.create_task(one_after_the_other())
                await asyncio.sleep(pause)

    async def _one(self, scheduled: float) -> None:
        index = self.first + len(self.records)
        record = Record(index=index, scheduled=scheduled, tenant=self.tenant)
        self.records.append(record)
        body = self.requests.body(index)
        await self.client.run(record, body, lambda taken: self.know(taken.session_id))
