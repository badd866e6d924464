"""Runs of an evaluation, a few at once, each written down as it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator

from app.evaluation.journal import Journal, Row

Work = Callable[[], Awaitable[Row]]
Told = Callable[[Row], None]


async def carry_out(work: Iterable[Work], journal: Journal, *, jobs: int, told: Told) -> None:
    """Carry out work and write down what comes of it; what fails ends all of it.

    Args:
        work: Taken one by one as places become free.
        journal: Gets a row of each.
        jobs: How many at once, at least 1.
        told: Called with each row, for whoever watches.
    """
    waiting = iter(work)
    workers = [asyncio.create_task(_worker(waiting, journal, told)) for _ in range(jobs)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _worker(waiting: Iterator[Work], journal: Journal, told: Told) -> None:
    for each in waiting:
        row = await each()
        journal.add(row)
        told(row)
