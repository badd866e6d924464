"""When sessions arrive: drawn before the run, from a seed, whatever the service does.

Clients that wait for an answer before they ask again go easy on a slow service, and hide what
it does to everybody else (coordinated omission). So arrivals are drawn beforehand, and
latencies count from the drawn time.
"""

import asyncio
import time
from random import Random


def poisson(rate: float, seconds: float, seed: int) -> tuple[float, ...]:
    """Draw the arrivals of a Poisson process.

    Args:
        rate: Arrivals per second on average, above 0.
        seconds: How long they go on, above 0.
        seed: Same seed, same arrivals.

    Returns:
        Seconds from the start, rising, each below `seconds`.
    """
    if rate <= 0.0 or seconds <= 0.0:
        raise ValueError(f"a rate and a time are above 0, not {rate} and {seconds}")
    random = Random(seed)  # noqa: S311 (no secrets)
    found: list[float] = []
    at = random.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += random.expovariate(rate)
    return tuple(found)


def steps(rates: tuple[float, ...], seconds: float, seed: int) -> tuple[float, ...]:
    """Draw arrivals whose rate changes from step to step.

    Args:
        rates: Arrivals per second of each step.
        seconds: Length of each step.
        seed: Same seed, same arrivals.
    """
    return tuple(
        place * seconds + at
        for place, rate in enumerate(rates)
        for at in poisson(rate, seconds, seed * 1009 + place)
    )


def burst(rate: float, seconds: float, count: int, at: float, seed: int) -> tuple[float, ...]:
    """Draw a steady stream with a crowd in it that comes within one second.

    Args:
        rate: Arrivals per second before and after.
        seconds: How long the stream goes on.
        count: Arrivals of the crowd.
        at: When it comes, in seconds from the start.
        seed: Same seed, same arrivals.
    """
    random = Random(seed + 1)  # noqa: S311 (no secrets)
    crowd = (at + random.random() for _ in range(count))
    return tuple(sorted((*poisson(rate, seconds, seed), *crowd)))


async def wait_until(at: float) -> None:
    """Wait until a time of the wall clock, and not less: uvloop wakes a moment early."""
    while (left := at - time.time()) > 0.0:  # noqa: ASYNC110 (time sets no event)
        await asyncio.sleep(left)
    # One that comes late still gives way to the others.
    await asyncio.sleep(0)
