"""What watches a process, as the composition root makes it."""

import asyncio
import time

from app.telemetry.meters import Meters
from app.telemetry.telemetry import BEAT_SECONDS, Telemetry


def lag(meters: Meters, part: str) -> float:
    found = meters.registry.get_sample_value(f"modulo_event_loop_lag_seconds_{part}")
    assert found is not None
    return found


async def test_a_blocked_event_loop_shows_by_how_much_it_was_late():
    async with Telemetry(version="1") as telemetry:
        await asyncio.sleep(BEAT_SECONDS / 2)
        before = lag(telemetry.meters, "sum")
        time.sleep(BEAT_SECONDS + 0.5)  # noqa: ASYNC251 (this is what is measured)
        await asyncio.sleep(0.02)
        late = lag(telemetry.meters, "sum") - before
    assert 0.4 <= late < BEAT_SECONDS + 5


async def test_nothing_beats_any_more_when_it_is_left():
    async with Telemetry(version="1") as telemetry:
        pass
    beats = lag(telemetry.meters, "count")
    await asyncio.sleep(BEAT_SECONDS * 1.5)
    assert lag(telemetry.meters, "count") == beats


def test_two_processes_in_one_do_not_share_a_registry():
    first, second = Telemetry(version="1"), Telemetry(version="2")
    first.meters.model_calls("parrot", "answered").inc()
    name, labels = "modulo_model_calls_total", {"model": "parrot", "result": "answered"}
    assert first.meters.registry.get_sample_value(name, labels) == 1
    assert second.meters.registry.get_sample_value(name, labels) is None
