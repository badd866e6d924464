"""What a load test does to the service: workers killed, Redis restarted, the model gone."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from deploy.loadtest.programs import children
from deploy.loadtest.report import Incident
from deploy.loadtest.stage import Stage


class Kind(StrEnum):
    """What is done."""

    KILL_WORKER = "worker killed"
    RESTART_REDIS = "Redis restarted"
    MODEL_AWAY = "model server gone"
    SLOW_VERIFIER = "verifier processes stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One thing that is done, at a time drawn beforehand.

    Attributes:
        at: Seconds from the start, without those that restarts take.
        kind: What.
        draw: From 0 to 1: chooses whom it hits.
        seconds: How long it lasts, where it lasts.
    """

    at: float
    kind: Kind
    draw: float = 0.0
    seconds: float = 0.0


def drawn(
    *,
    kills: int,
    every_seconds: float,
    seed: int,
    redis_restarts: int = 1,
    model_away_seconds: float = 0.0,
    verifier_stopped_seconds: float = 0.0,
) -> tuple[Mishap, ...]:
    """Draw what is to be done, and when.

    Kills follow each other at times between a half and one and a half of their mean distance;
    the rest comes in between.

    Args:
        kills: Of workers, at least 1.
        every_seconds: Mean distance of two kills.
        seed: Same seed, same mishaps.
        redis_restarts: How many.
        model_away_seconds: How long the model server is gone, once; 0 leaves it alone.
        verifier_stopped_seconds: How long the processes that judge plans stand still, once.
    """
    random = Random(seed)  # noqa: S311 (no secrets)
    at, found = 0.0, []
    for _ in range(kills):
        at += random.uniform(0.5, 1.5) * every_seconds
        found.append(Mishap(at=at, kind=Kind.KILL_WORKER, draw=random.random()))
    for number in range(redis_restarts):
        when = at * (number + 0.5) / redis_restarts
        found.append(Mishap(at=when, kind=Kind.RESTART_REDIS))
    if model_away_seconds > 0.0:
        found.append(Mishap(at=at / 4, kind=Kind.MODEL_AWAY, seconds=model_away_seconds))
    if verifier_stopped_seconds > 0.0:
        seconds = verifier_stopped_seconds
        found.append(Mishap(at=at * 3 / 4, kind=Kind.SLOW_VERIFIER, seconds=seconds))
    return tuple(sorted(found, key=lambda mishap: mishap.at))


async def inflict(mishaps: Sequence[Mishap], stage: Stage, began: float) -> list[Incident]:
    """Do all of it, and leave everything running.

    Each comes so long after the one before as was drawn, counted from when all workers were
    up again: how quickly programs start on this machine decides nothing.

    Args:
        mishaps: In order.
        stage: To what.
        began: The start, in seconds of the wall clock.

    Returns:
        What was done, and when.
    """
    incidents: list[Incident] = []
    restarting: asyncio.Task[None] | None = None
    before = 0.0
    async with asyncio.TaskGroup() as group:
        for mishap in mishaps:
            if restarting is not None:
                await restarting
            await asyncio.sleep(mishap.at - before)
            before = mishap.at
            what = mishap.kind.value
            if mishap.kind is Kind.KILL_WORKER:
                worker = stage.workers[int(mishap.draw * len(stage.workers))]
                worker.kill()
                restarting = group.create_task(stage.start(worker.name))
                what = f"{worker.name} killed"
            else:
                group.create_task(_do(mishap, stage))
            incidents.append(Incident(at=round(time.time() - began, 3), what=what))
    return incidents


async def _do(mishap: Mishap, stage: Stage) -> None:
    match mishap.kind:
        case Kind.RESTART_REDIS:
            await stage.programs["redis"].stop()
            await stage.start("redis")
        case Kind.MODEL_AWAY:
            stage.programs["model"].kill()
            await asyncio.sleep(mishap.seconds)
            await stage.start("model")
        case _:
            await _stand_still(stage, mishap.seconds)


async def _stand_still(stage: Stage, seconds: float) -> None:
    """Stop whatever the workers have started, and let it go on after a while."""
    stopped = [
        child for each in stage.workers if each.pid is not None for child in children(each.pid)
    ]
    try:
        _signal(stopped, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    finally:
        _signal(stopped, signal.SIGCONT)


def _signal(processes: Sequence[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
