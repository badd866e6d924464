"""How sessions come: one function for each shape of load. The commands put bounds to them."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from deploy.loadtest.arrivals import poisson, wait_until
from deploy.loadtest.figures import full_since, phase_of, steps_of, takeovers
from deploy.loadtest.knee import knee
from deploy.loadtest.memory import growth, nth_end
from deploy.loadtest.mishaps import Mishap, inflict
from deploy.loadtest.records import Record
from deploy.loadtest.report import Filled, Incident, Step
from deploy.loadtest.run import Played, Running, Scenario, ended_after
from deploy.loadtest.stage import START_SECONDS, ModelSetup

WARM_SHARE = 0.2
FAR_BEHIND = 0.6
QUIET, LOUD = "quiet", "loud"
ALONE, BESIDE = "alone", "beside a flood"
LOUD_FIRST = 500_000


def arriving(arrivals: Sequence[float]) -> Scenario:
    """Have sessions come at given times, in seconds from the start."""

    async def scenario(running: Running) -> Played:
        driver = running.driver(max(arrivals, default=0.0))
        await driver.open_loop(arrivals, running.began)
        return Played(records=driver.records)

    return scenario


def rising(rates: Sequence[float], seconds: float) -> Scenario:
    """Raise the rate step by step, and stop raising when goodput is far behind.

    Args:
        rates: Sessions per second of each step.
        seconds: Length of each.
    """

    async def scenario(running: Running) -> Played:
        driver = running.driver(seconds * len(rates))
        made: list[float] = []
        async with asyncio.TaskGroup() as group:
            for place, rate in enumerate(rates):
                began = running.began + place * seconds
                arrivals = poisson(rate, seconds, running.wanted.seed * 1009 + place)
                group.create_task(driver.open_loop(arrivals, began))
                await wait_until(began + seconds)
                made.append(rate)
                last = _steps(driver.records, made, seconds, running)[-1]
                # Plans of the last moments are still to come, so this is far below the knee.
                if place > 0 and last.goodput < FAR_BEHIND * last.offered:
                    break
        found = _steps(driver.records, made, seconds, running)
        return Played(records=driver.records, steps=found, knee=knee(found))

    return scenario


def _steps(
    records: Sequence[Record], rates: Sequence[float], seconds: float, running: Running
) -> tuple[Step, ...]:
    return steps_of(records, rates, seconds, running.began)


def kept(in_flight: int, *, most: int, seconds: float, flat_from: int | None = None) -> Scenario:
    """Keep so many sessions in flight.

    Args:
        in_flight: How many.
        most: Sessions in all.
        seconds: After so long no more begin.
        flat_from: Memory is compared from the end of this session on, counted from 1.
    """

    async def scenario(running: Running) -> Played:
        driver = running.driver(seconds)
        ended = asyncio.Event()
        timer = asyncio.create_task(ended_after(seconds, ended))
        try:
            model = running.wanted.setup.model
            await driver.keep(in_flight, most, ended, pauses=_one_by_one(model))
        finally:
            timer.cancel()
        since = None if flat_from is None else nth_end(driver.records, flat_from)
        return Played(
            records=driver.records,
            filled=filled(driver.records, running, in_flight),
            growth=() if since is None else growth(running.watch.samples, since),
        )

    return scenario


def _one_by_one(model: ModelSetup) -> Iterator[float]:
    """Give the pauses behind the first sessions, so that the slots do not come free together.

    All calls take as long, so those that begin together end together, again and again. So the
    first ones come a slot's share of a call apart, behind one that comes alone: what a process
    does once it does for that one. When more wait than there are slots, a call begins where
    another has ended. The rest come half as fast: what a session costs at its beginning is not
    what is measured.
    """
    share = model.call_seconds / model.slots
    return chain([2.0 * model.call_seconds], repeat(share, model.slots), repeat(2.0 * share))


def beset(mishaps: Sequence[Mishap], in_flight: int, *, most: int) -> Scenario:
    """Keep so many sessions in flight while things are done to the service.

    Args:
        mishaps: What is done, each at its time.
        in_flight: How many.
        most: Sessions in all.
    """

    async def scenario(running: Running) -> Played:
        # Restarts take their time: each at most as long as a stage waits for one.
        driver = running.driver(mishaps[-1].at + START_SECONDS * len(mishaps))
        ended = asyncio.Event()

        async def done_to_it() -> list[Incident]:
            try:
                return await inflict(mishaps, running.stage, running.began)
            finally:
                driver.client.deadline.at = time.time() + running.wanted.patience_seconds
                ended.set()

        async with asyncio.TaskGroup() as group:
            incidents = group.create_task(done_to_it())
            group.create_task(driver.keep(in_flight, most, ended))
        done = incidents.result()
        kills = [running.began + each.at for each in done if each.what.endswith("killed")]
        return Played(
            records=driver.records, incidents=done, takeovers=takeovers(driver.records, kills)
        )

    return scenario


def filled(records: Sequence[Record], running: Running, in_flight: int) -> Filled | None:
    """Look at the part of a run in which as many sessions were in flight as were to be.

    That is from when so many had begun and not ended, a fifth of the time in which sessions
    began at least, to the last beginning. Until then they come faster than they end.

    Args:
        records: Of all sessions, as they began.
        running: The run.
        in_flight: How many were to be in flight.

    Returns:
        How well the slots were used; None where the model server is not the test's own, or
        nothing was solved.
    """
    model = running.wanted.setup.model
    last = max((record.scheduled for record in records), default=running.began)
    full = full_since(records, in_flight)
    if full is None:
        return None
    first = max(running.began + WARM_SHARE * (last - running.began), full)
    solved = sum(each.solved and first <= (each.ended or 0.0) < last for each in records)
    attempts = sum(
        first <= made.at < last for each in records for made in each.log.finished.values()
    )
    if running.wanted.address is not None or not solved or model.call_seconds == 0.0:
        return None
    seconds = last - first
    each = attempts / solved
    allowed = model.slots / model.call_seconds / each
    goodput = solved / seconds
    return Filled(
        at=round(first - running.began, 2),
        seconds=round(seconds, 2),
        goodput=round(goodput, 3),
        attempts=round(each, 3),
        allowed=round(allowed, 3),
        share=round(goodput / allowed, 4),
    )


def flooded(*, rate: float, flood: int, seconds: float, most: int) -> Scenario:
    """Have one tenant ask at a low rate, first alone and then beside one that floods.

    Args:
        rate: Sessions per second of the first.
        flood: Sessions that the second keeps in flight.
        seconds: Length of each of the two parts.
        most: Sessions of the second in all.
    """

    async def scenario(running: Running) -> Played:
        quiet = running.driver(2.0 * seconds, tenant=QUIET)
        loud = running.driver(2.0 * seconds, tenant=LOUD, first=LOUD_FIRST)
        change = running.began + seconds
        ended = asyncio.Event()
        alone = poisson(rate, seconds, running.wanted.seed)
        beside = tuple(seconds + at for at in poisson(rate, seconds, running.wanted.seed))
        async with asyncio.TaskGroup() as group:
            group.create_task(quiet.open_loop((*alone, *beside), running.began))
            await wait_until(change)
            group.create_task(ended_after(seconds, ended))
            group.create_task(loud.keep(flood, most, ended))
        records = (*quiet.records, *loud.records)
        last = change + seconds
        return Played(
            records=records,
            phases=(
                phase_of(records, QUIET, ALONE, running.began, change),
                phase_of(records, QUIET, BESIDE, change, last),
                phase_of(records, LOUD, "flooding", change, last),
            ),
        )

    return scenario
