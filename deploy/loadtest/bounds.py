"""The bounds that a run is held to. A run that misses one of them fails."""

from collections.abc import Iterable

from deploy.loadtest.report import Bound, Report

# What `app.sessions.errors.TakenUpTooOften` says.
GIVEN_UP = "the session was taken up"


def at_most(name: str, seen: float | None, limit: float, unit: str = "") -> Bound:
    """Hold a figure to a limit from above; what was not seen misses it."""
    wanted = f"at most {limit:g}{unit}"
    return Bound(name=name, wanted=wanted, seen=seen, met=seen is not None and seen <= limit)


def at_least(name: str, seen: float | None, limit: float, unit: str = "") -> Bound:
    """Hold a figure to a limit from below; what was not seen misses it."""
    wanted = f"at least {limit:g}{unit}"
    return Bound(name=name, wanted=wanted, seen=seen, met=seen is not None and seen >= limit)


def given_up(report: Report) -> int:
    """Count the sessions that failed because worker after worker was lost over them.

    That is how a session ends that may itself be what kills workers; one that has bad luck
    three times in a row looks the same.
    """
    return sum(times for said, times in report.failures.items() if said.startswith(GIVEN_UP))


def nothing_lost(report: Report, *, excused: int = 0) -> tuple[Bound, ...]:
    """Every session ended by its own, and no log holds anything twice or misses anything.

    Args:
        report: Of the run.
        excused: So many sessions may have failed.
    """
    ends, seen = report.ends, report.integrity
    asked_again = () if seen.asked_again is None else (("attempts asked again", seen.asked_again),)
    none: Iterable[tuple[str, int]] = (
        ("sessions never taken", ends.not_taken),
        ("sessions lost", ends.lost),
        ("sessions without an end", ends.unfinished),
        ("sessions failed", max(0, ends.failed - excused)),
        ("events missing", seen.missing_events),
        ("events doubled", seen.doubled_events),
        ("logs that changed", seen.differing_logs),
        ("attempts finished twice", seen.finished_twice),
        ("attempts begun again", seen.begun_again),
        *asked_again,
    )
    return tuple(Bound(name=name, wanted="0", seen=count, met=count == 0) for name, count in none)


def some_solved(report: Report, share: float) -> Bound:
    """A share of the sessions that were accepted has found a valid plan."""
    solved = report.ends.solved / max(1, report.ends.accepted)
    return at_least("share of sessions solved", round(solved, 4), share)
