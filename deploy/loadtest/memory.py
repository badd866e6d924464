"""Whether memory grows: the looks at each program, from one time on."""

from collections.abc import Sequence

from deploy.loadtest.records import Record
from deploy.loadtest.report import Growth, Sample

PROGRAMS = ("serve", "worker-")


def nth_end(records: Sequence[Record], number: int) -> float | None:
    """Say when the so-many-th session ended, in seconds of the wall clock; None if none did."""
    times = sorted(record.ended for record in records if record.ended is not None)
    return times[number - 1] if 0 < number <= len(times) else None


def growth(samples: Sequence[Sample], since: float) -> tuple[Growth, ...]:
    """Compare the memory of Modulo's programs with what it was at a time.

    Args:
        samples: Of all programs, in order.
        since: Seconds of the wall clock.
    """
    later: dict[str, list[float]] = {}
    for sample in samples:
        if sample.at >= since and sample.program.startswith(PROGRAMS):
            later.setdefault(sample.program, []).append(sample.rss_mebibytes)
    return tuple(
        Growth(
            program=program,
            from_mebibytes=seen[0],
            most_mebibytes=max(seen),
            times=round(max(seen) / seen[0], 4),
        )
        for program, seen in sorted(later.items())
    )
