"""The metrics of one process, in a registry of its own, and what is counted from events.

One scrape gives them all, in the server as in a worker. What they are called and what they
mean stands in `app.telemetry.names`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Protocol, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from app.llm.chat import Tokens
from app.sessions.observer import Observed
from app.sessions.origin import Lane
from app.sessions.status import Status
from app.sessions.wire import AttemptFinishedWire, DeliveredWire, OutcomeWire, StoredEvent
from app.sessions.wire_attempt import AttemptWire
from app.sessions.wire_request import SessionCreatedWire
from app.sessions.wire_verdict import InvalidWire
from app.telemetry import names
from app.telemetry.names import Metric
from app.telemetry.results import result_of
from planners.opinion import Stand

# What stands for a choice that the request leaves to the service, or that is not known.
USUAL = "usual"
UNKNOWN = "unknown"


Instrument_co = TypeVar("Instrument_co", Counter, Gauge, Histogram, covariant=True)


class Series(Protocol[Instrument_co]):
    """Finds the series of a metric."""

    def __call__(self, *labels: str) -> Instrument_co:
        """Give the series by the values of its labels, in their order."""
        ...


class Meters:
    """Counts and measures; an `Observer` of sessions. Belongs to one process.

    Args:
        version: Of the project.

    Attributes:
        registry: What a scrape writes out.
    """

    def __init__(self, *, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._gauge(names.BUILD)(version).set(1)
        self._sessions = Gauge(
            names.SESSIONS.name,
            names.SESSIONS.meaning,
            names.SESSIONS.labels,
            registry=self.registry,
        )
        self.begun = self._counter(names.SESSIONS_BEGUN)
        self.ended = self._counter(names.SESSIONS_ENDED)
        self.running = self._gauge(names.SESSIONS_RUNNING)
        self.deliveries = self._counter(names.DELIVERIES)
        self.queue_wait = self._histogram(names.QUEUE_WAIT)
        self.first_attempt = self._histogram(names.FIRST_ATTEMPT)
        self.valid_plan = self._histogram(names.VALID_PLAN)
        self.session_attempts = self._histogram(names.SESSION_ATTEMPTS)
        self.attempts = self._counter(names.ATTEMPTS_MADE)
        self.attempt_time = self._histogram(names.ATTEMPT_TIME)
        self.flaws = self._counter(names.FLAWS)
        self.proposal_time = self._histogram(names.PROPOSAL_TIME)
        self.first_token = self._histogram(names.FIRST_TOKEN)
        self.model_calls = self._counter(names.MODEL_CALLS)
        self.tokens = self._counter(names.TOKENS)
        self.verification_time = self._histogram(names.VERIFICATION_TIME)
        self.opinions = self._counter(names.OPINIONS)
        self.store_time = self._histogram(names.STORE_TIME)
        self.store_errors = self._counter(names.STORE_ERRORS)
        self.webhooks = self._counter(names.WEBHOOKS)
        self.request_time = self._histogram(names.REQUEST_TIME)
        self.loop_lag = self._histogram(names.LOOP_LAG)
        self._counted: dict[tuple[str, Stand], int] = {}
        self._running: dict[str, _Stretch] = {}
        # So that rates start at 0, and an alert on the first of them fires.
        for lane in Lane:
            self.running(lane.value).set(0)
        for after in ("creation", "release", "loss"):
            self.deliveries(after)
        for result in ("delivered", "unwanted", "failed", "given_up"):
            self.webhooks(result)

    def watch_processes(self, most: int, load: Callable[[], tuple[int, int]]) -> None:
        """Show how far the verifier's processes are in use, as it is at each scrape.

        Args:
            most: How many there may be.
            load: Gives how many judge a plan now, and how many plans wait for one.
        """
        for metric, value in (
            (names.VERIFIER_PROCESSES, lambda: most),
            (names.VERIFIER_BUSY, lambda: load()[0]),
            (names.VERIFIER_WAITING, lambda: load()[1]),
        ):
            gauge = Gauge(metric.name, metric.meaning, registry=self.registry)
            gauge.set_function(value)

    def count_sessions(self, counts: Mapping[Status, int] | None) -> None:
        """Show how many sessions are in the store; None where it does not say."""
        if counts is None:
            self._sessions.clear()
            return
        for status in Status:
            self._sessions.labels(status.value).set(counts.get(status, 0))

    def count_opinions(self, tally: Mapping[tuple[str, Stand], int]) -> None:
        """Bring the counter to a tally that has grown since the last time."""
        for (validator, stand), times in tally.items():
            more = times - self._counted.get((validator, stand), 0)
            self.opinions(validator, stand).inc(more)
            self._counted[validator, stand] = times

    def began(self, created: SessionCreatedWire) -> None:
        """Count a session that was accepted and stored."""
        self.begun(created.mode, created.strategy or USUAL, created.origin.lane).inc()

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Count what an event tells; see `Observer`."""
        if isinstance(event, AttemptFinishedWire):
            self._count_attempt(session, event.attempt, at)
        elif isinstance(event, DeliveredWire):
            self._take_up(session, at)
        elif isinstance(event, OutcomeWire):
            self._count_end(session, event)

    def left(self, session: Observed) -> None:
        """Forget a session; see `Observer`."""
        if self._running.pop(session.session_id, None) is not None:
            self.running(session.origin.lane).dec()

    def _take_up(self, session: Observed, at: float) -> None:
        # Where it has come back before its last stretch was left, that one is over.
        self.left(session)
        lane = session.origin.lane
        self._running[session.session_id] = _Stretch(session)
        self.running(lane).inc()
        if session.first:
            self.deliveries("creation").inc()
            self.queue_wait(lane).observe(_since(session, at))
        else:
            self.deliveries("loss" if session.lost else "release").inc()

    def _count_attempt(self, session: Observed, attempt: AttemptWire, at: float) -> None:
        proposer, result = attempt.ask.proposer, result_of(attempt)
        self.attempts(proposer, result).inc()
        self.attempt_time(proposer).observe(attempt.seconds)
        self.proposal_time(proposer).observe(attempt.proposal_seconds)
        if isinstance(attempt.verdict, InvalidWire):
            self.flaws(attempt.verdict.flaw.type).inc()
        stretch = self._running.get(session.session_id)
        if stretch is None:
            return
        stretch.attempts += 1
        if stretch.attempts == 1:
            self.first_attempt(session.origin.lane).observe(_since(session, at))
        if result == "valid" and not stretch.planned:
            stretch.planned = True
            self.valid_plan(session.origin.lane).observe(_since(session, at))

    def count_tokens(self, model: str, tokens: Tokens) -> None:
        """Count what an answer of a model took."""
        self.tokens(model, "prompt").inc(tokens.prompt)
        self.tokens(model, "cached").inc(tokens.cached)
        self.tokens(model, "completion").inc(tokens.completion)

    def _count_end(self, session: Observed, outcome: OutcomeWire) -> None:
        mode, strategy = session.mode or UNKNOWN, session.strategy or USUAL
        self.ended(outcome.type, mode, strategy).inc()
        stretch = self._running.get(session.session_id)
        attempts = session.attempts if stretch is None else stretch.attempts
        self.session_attempts(outcome.type).observe(attempts)

    # To look a series up by its labels is what counting mostly costs; these remember them.

    def _counter(self, metric: Metric) -> Series[Counter]:
        return cache(
            Counter(metric.name, metric.meaning, metric.labels, registry=self.registry).labels
        )

    def _gauge(self, metric: Metric) -> Series[Gauge]:
        return cache(
            Gauge(metric.name, metric.meaning, metric.labels, registry=self.registry).labels
        )

    def _histogram(self, metric: Metric) -> Series[Histogram]:
        histogram = Histogram(
            metric.name,
            metric.meaning,
            metric.labels,
            buckets=metric.buckets or Histogram.DEFAULT_BUCKETS,
            registry=self.registry,
        )
        return cache(histogram.labels if metric.labels else lambda: histogram)


class _Stretch:
    """How far a session is that runs here."""

    __slots__ = ("attempts", "planned")

    def __init__(self, session: Observed) -> None:
        self.attempts = session.attempts
        self.planned = session.planned


def _since(session: Observed, at: float) -> float:
    """Give the seconds since a session's creation; two machines' clocks may differ a little."""
    return max(0.0, (datetime.fromtimestamp(at, UTC) - session.created_at).total_seconds())
