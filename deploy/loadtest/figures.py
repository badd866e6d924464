"""From the records of sessions to figures. Pure: same records, same figures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from deploy.loadtest.journal import Call, asked_again, paid_in_vain
from deploy.loadtest.percentiles import Spread, spread
from deploy.loadtest.records import Record
from deploy.loadtest.report import (
    Ends,
    Figures,
    Filled,
    Integrity,
    Moment,
    Phase,
    Probe,
    Step,
    Traffic,
)

GOOD = range(200, 300)


def ends(records: Sequence[Record]) -> Ends:
    """Count how sessions ended."""
    accepted = sum(record.accepted is not None for record in records)
    counts = Counter(record.status for record in records)
    return Ends(scheduled=len(records), accepted=accepted, **counts)


def figures(records: Sequence[Record], probes: Sequence[Probe]) -> Figures:
    """Sum a run up."""
    began = min((record.scheduled for record in records), default=0.0)
    last = max((record.scheduled for record in records), default=0.0)
    ended = max((record.ended for record in records if record.ended is not None), default=last)
    seconds = max(ended - began, 1e-9)
    accepted = [record for record in records if record.accepted is not None]
    attempts = [each for record in accepted for each in record.log.finished.values()]
    answered = [probe for probe in probes if probe.status in GOOD]
    return Figures(
        seconds=round(seconds, 3),
        offered_rate=round(len(records) / max(last - began, 1e-9), 3) if len(records) > 1 else 0.0,
        goodput=round(sum(record.solved for record in records) / seconds, 3),
        attempt_rate=round(len(attempts) / seconds, 3),
        most_in_flight=most_in_flight(records),
        plan_seconds=spread(record.plan_seconds for record in records),
        first_attempt_seconds=spread(record.first_attempt_seconds for record in records),
        queue_seconds=spread(record.queue_seconds for record in accepted),
        accept_seconds=spread(record.post_seconds for record in accepted),
        verifier_seconds=spread(each.verifier_seconds for each in attempts),
        silence_seconds=spread(
            until - since
            for record in accepted
            if not record.polled
            for since, until in record.log.silences
        ),
        attempts=spread(len(record.log.finished) for record in accepted),
        tokens=spread(record.tokens for record in accepted),
        get_session_seconds=spread(each.seconds for each in answered if each.what == "session"),
        get_list_seconds=spread(each.seconds for each in answered if each.what == "list"),
        get_failures=len(probes) - len(answered),
    )


def most_in_flight(records: Iterable[Record]) -> int:
    """Count the sessions that were accepted and not ended at one time, at most."""
    taken = ((each.accepted, each.ended) for each in records if each.accepted is not None)
    return max((count for _, count in _at_once(taken)), default=0)


def full_since(records: Iterable[Record], in_flight: int) -> float | None:
    """Say when so many sessions had begun and not ended for the first time; None if never."""
    begun = ((each.scheduled, each.ended) for each in records)
    return next((at for at, count in _at_once(begun) if count >= in_flight), None)


def _at_once(spans: Iterable[tuple[float, float | None]]) -> Iterator[tuple[float, int]]:
    """Count what is under way, behind each beginning and each end; None is no end."""
    changes = sorted(
        change
        for began, ended in spans
        for change in ((began, 1), *(() if ended is None else ((ended, -1),)))
    )
    counts = accumulate(change for _, change in changes)
    return ((at, count) for (at, _), count in zip(changes, counts, strict=True))


def integrity(records: Sequence[Record], calls: Sequence[Call] | None) -> Integrity:
    """Count what must never happen."""
    logs = [record.log for record in records]
    if any(record.polled for record in records):
        # When their attempts were finished nobody has seen.
        calls = None
    return Integrity(
        missing_events=sum(log.missing for log in logs),
        doubled_events=sum(log.doubled for log in logs),
        differing_logs=sum(record.differs for record in records),
        finished_twice=sum(log.finished_twice for log in logs),
        begun_again=sum(log.begun_again for log in logs),
        asked_again=None if calls is None else asked_again(calls, logs),
    )


def traffic(
    records: Sequence[Record], probes: Sequence[Probe], calls: Sequence[Call] | None
) -> Traffic:
    """Count what came on the way."""
    logs = [record.log for record in records]
    troubles = Counter(trouble for record in records for trouble in record.troubles)
    troubles.update(
        f"GET {probe.what}: {probe.status or 'no answer'}"
        for probe in probes
        if probe.status not in GOOD
    )
    return Traffic(
        refusals=sum(record.refusals for record in records),
        reconnects=sum(record.reconnects for record in records),
        hung_up=sum(record.hung_up for record in records),
        troubles=dict(troubles.most_common(20)),
        redeliveries=sum(max(0, log.deliveries - 1) for log in logs),
        calls=None if calls is None else len(calls),
        answers_in_vain=None if calls is None else paid_in_vain(calls, logs),
    )


def with_gets(filled: Filled | None, probes: Iterable[Probe], began: float) -> Filled | None:
    """Add how long `GET`s of sessions took while enough sessions were in flight.

    Args:
        filled: That part of the run.
        probes: All `GET`s.
        began: When the run began, in seconds of the wall clock.
    """
    if filled is None:
        return None
    first, last = began + filled.at, began + filled.at + filled.seconds
    took = spread(
        probe.seconds
        for probe in probes
        if probe.what == "session" and probe.status in GOOD and first <= probe.at < last
    )
    return filled.model_copy(update={"get_session_seconds": took})


def takeovers(records: Iterable[Record], kills: Sequence[float]) -> Spread:
    """Sum up how long after a kill the sessions of that worker went on elsewhere.

    Where more than one worker was killed in the silence of a session, nobody can say which of
    them had it when; those do not count.

    Args:
        records: Of all sessions.
        kills: When workers were killed, in seconds of the wall clock.
    """
    found = []
    for record in records:
        for since, until in record.log.silences:
            within = [at for at in kills if since <= at <= until]
            found += [until - within[0]] if len(within) == 1 else []
    return spread(found)


def failures(records: Iterable[Record]) -> dict[str, int]:
    """Count what failed sessions said."""
    said = (each.log.reason for each in records if each.accepted is not None and each.log.reason)
    return dict(Counter(each[:200] for each in said).most_common(20))


def steps_of(
    records: Sequence[Record], rates: Sequence[float], seconds: float, began: float
) -> tuple[Step, ...]:
    """Cut a run with a rising rate into its steps.

    Plans are found later than their sessions begin, so goodput is looked at later as well: by
    the time that a session of the first step took in the middle.

    Args:
        records: Of all sessions.
        rates: Sessions per second of each step.
        seconds: Length of each.
        began: When the first began, in seconds of the wall clock.
    """
    found = []
    easy = (each.plan_seconds for each in records if each.scheduled < began + seconds)
    later = spread(easy).p50 or 0.0
    for place, rate in enumerate(rates):
        first, last = began + place * seconds, began + (place + 1) * seconds
        came = [record for record in records if first <= record.scheduled < last]
        ready = [
            each for each in records if each.solved and first <= (each.ended or 0.0) - later < last
        ]
        times = spread(record.plan_seconds for record in came)
        found.append(
            Step(
                rate=round(rate, 3),
                offered=round(len(came) / seconds, 3),
                goodput=round(len(ready) / seconds, 3),
                plan_p50=times.p50,
                plan_p95=times.p95,
                solved_share=round(sum(each.solved for each in came) / max(1, len(came)), 4),
            )
        )
    return tuple(found)


def phase_of(
    records: Sequence[Record], tenant: str, phase: str, first: float, last: float
) -> Phase:
    """Sum up the sessions of a tenant that were to begin within a time of the wall clock."""
    came = [each for each in records if each.tenant == tenant and first <= each.scheduled < last]
    times = spread(record.plan_seconds for record in came)
    return Phase(tenant=tenant, phase=phase, sessions=len(came), plan_seconds=times)


def moments(records: Sequence[Record], probes: Sequence[Probe], began: float) -> tuple[Moment, ...]:
    """Cut a run into seconds."""
    looks: dict[int, float] = {}
    for probe in probes:
        if probe.what == "session":
            second = int(probe.at - began)
            looks[second] = max(looks.get(second, 0.0), probe.seconds)
    arrived = Counter(int(record.scheduled - began) for record in records)
    ready: dict[int, list[float]] = {}
    taken: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for record in records:
        if record.accepted is not None:
            taken[int(record.accepted - began)] += 1
        if record.ended is not None:
            gone[int(record.ended - began)] += 1
            if record.solved and record.plan_seconds is not None:
                ready.setdefault(int(record.ended - began), []).append(record.plan_seconds)
    last = max([*arrived, *taken, *gone], default=-1)
    in_flight, found = 0, []
    for second in range(last + 1):
        in_flight += taken[second] - gone[second]
        times = spread(ready.get(second, ()))
        found.append(
            Moment(
                at=second,
                arrived=arrived[second],
                solved=times.count,
                in_flight=in_flight,
                plan_p50=times.p50,
                plan_p95=times.p95,
                get_most=looks.get(second),
            )
        )
    return tuple(found)
