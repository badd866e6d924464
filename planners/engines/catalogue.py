"""All engines that we know, and which of them is asked first for what."""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from planners.engines.engine import (
    Broken,
    Engine,
    GaveUp,
    Order,
    OutOfMemory,
    OutOfTime,
    Purpose,
    Refused,
    Report,
)
from planners.engines.enhsp import ENHSP
from planners.engines.fast_downward import FAST_DOWNWARD
from planners.engines.lpg import LPG
from planners.engines.pyperplan import PYPERPLAN
from planners.engines.symk import SYMK
from planners.engines.unified import ARIES, TAMER
from planners.pool import Limits

ENGINES: tuple[Engine, ...] = (FAST_DOWNWARD, LPG, PYPERPLAN, SYMK, ENHSP, ARIES, TAMER)

# Best first; those not named come behind, in the order of `ENGINES`. Fast Downward proves and
# optimizes fastest; LPG reads most; pyperplan is there where nothing else is.
PREFERENCE: dict[Purpose, tuple[str, ...]] = {
    Purpose.PLAN: ("fast-downward", "lpg", "enhsp", "aries", "pyperplan"),
    Purpose.OPTIMAL: ("fast-downward", "symk", "pyperplan"),
    Purpose.REPAIR: ("lpg",),
    Purpose.PROOF: ("fast-downward", "pyperplan"),
    Purpose.SEVERAL: ("symk",),
}
# Not everybody may use these, so they are only used by those who ask for nothing else.
ONLY_ALONE = frozenset({TAMER.name})


def engine_called(name: str) -> Engine:
    """Return the engine of a name.

    Raises:
        KeyError: there is none of that name; its text lists those that there are.
    """
    for engine in ENGINES:
        if engine.name == name:
            return engine
    known = ", ".join(engine.name for engine in ENGINES)
    raise KeyError(f"there is no engine `{name}`; there are {known}")


def in_order(purpose: Purpose, engines: Sequence[Engine] = ENGINES) -> tuple[Engine, ...]:
    """Put engines in the order in which they are asked.

    Args:
        purpose: What for.
        engines: Those on offer. One that not everybody may use is left out, unless it is all.
    """
    free = [engine for engine in engines if engine.name not in ONLY_ALONE] or list(engines)
    wanted = PREFERENCE[purpose]
    ranks = {name: rank for rank, name in enumerate(wanted)}
    return tuple(sorted(free, key=lambda engine: ranks.get(engine.name, len(wanted))))


async def first_to_do(order: Order, limits: Limits, engines: Sequence[Engine] = ENGINES) -> Report:
    """Ask one engine after another, until one of them has done an order.

    The next one is asked where one refuses, breaks, gives up or runs out of memory, for as
    long as there is time left.

    Args:
        order: What is to be done.
        limits: The time is for all of them together, the memory for each.
        engines: Those on offer.

    Returns:
        The report of the engine that has found a plan or a proof. Else the last report of one
        that ran. Where none could, a refusal with the reasons of all, of no engine.

    Raises:
        TaskError: the task cannot be read.
    """
    begun = monotonic()
    refusals: list[str] = []
    last: Report | None = None
    for engine in in_order(order.purpose, engines):
        left = limits.seconds - (monotonic() - begun)
        if left <= 0:
            break
        report = await engine.run(order, replace(limits, seconds=left))
        if isinstance(report.result, Refused):
            refusals.append(f"{engine.name}: {report.result.reason}")
            continue
        last = report
        if not isinstance(report.result, Broken | GaveUp | OutOfMemory):
            break
    if last is None:
        return Report(engine="", version="", result=_refusal(refusals))
    if isinstance(last.result, OutOfTime):
        last = replace(last, result=OutOfTime(limits.seconds))
    return replace(last, seconds=monotonic() - begun)


def _refusal(reasons: list[str]) -> Refused:
    return Refused("; ".join(reasons) or "no engine is on offer")
