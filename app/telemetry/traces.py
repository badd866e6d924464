"""Traces of sessions, by OpenTelemetry. Needs the extra `otel`; nobody else imports this.

All spans of a session are in one trace, whichever processes ran it: the trace's id is made
from the session's. Each stretch from taking a session up to leaving it is a root span, with
its attempts below, and below those what was asked of models and judged.
"""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.util.types import AttributeValue

from app.llm.chat import Completion, Sampling
from app.modulo.bench import ATTEMPT
from app.sessions.observer import Observed
from app.sessions.wire import (
    AttemptFinishedWire,
    AttemptStartedWire,
    DeliveredWire,
    FailedWire,
    OutcomeWire,
    ReleasedWire,
    StoredEvent,
)
from app.sessions.wire_verdict import InvalidWire
from app.telemetry import names
from app.telemetry.names import Attribute
from app.telemetry.results import result_of

# What is asked by the protocol of OpenAI, whoever serves it.
PROVIDER = "openai"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Spans of a session that runs here and are not ended: its own, and those of attempts."""

    span: Span
    attempts: dict[int, Span] = field(default_factory=dict)


_HERE: ContextVar[_Stretch | None] = ContextVar("stretch", default=None)


class _Ids(RandomIdGenerator):
    """Random ids, but for the trace that comes next where one is named."""

    def __init__(self) -> None:
        self.trace: int | None = None

    def generate_trace_id(self) -> int:
        trace, self.trace = self.trace, None
        return super().generate_trace_id() if trace is None else trace


class Traces:
    """Makes spans; an `Observer` of sessions, and `Spans` for the parts that do the work.

    Args:
        version: Of the project.
        processor: Takes the spans; without one they are sent by OTLP over HTTP, to where
            the variables of OpenTelemetry say, by default localhost:4318.
    """

    def __init__(self, *, version: str, processor: SpanProcessor | None = None) -> None:
        self._ids = _Ids()
        ours = {"service.name": "modulo", "service.version": version}
        # Of equal names the last counts: OTEL_SERVICE_NAME is the operator's.
        resource = Resource.create(ours).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(
            resource=resource, id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("modulo", version)
        self._stretches: dict[str, _Stretch] = {}

    def close(self) -> None:
        """Send what is left; waits for the receiver, so not on the event loop."""
        self._provider.shutdown()

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Begin and end spans; see `Observer`."""
        if isinstance(event, DeliveredWire):
            self._take_up(session, at)
            return
        stretch = self._stretches.get(session.session_id)
        if stretch is None:
            return
        if isinstance(event, AttemptStartedWire):
            stretch.attempts[event.number] = self._begin_attempt(stretch, event, at)
        elif isinstance(event, AttemptFinishedWire):
            _end_attempt(stretch, event, at)
        elif isinstance(event, OutcomeWire | ReleasedWire):
            stretch.span.set_attribute(Attribute.OUTCOME, event.type)
            if isinstance(event, FailedWire):
                stretch.span.set_status(StatusCode.ERROR)

    def left(self, session: Observed) -> None:
        """End what has not ended; see `Observer`."""
        stretch = self._stretches.pop(session.session_id, None)
        if stretch is not None:
            for attempt in stretch.attempts.values():
                attempt.set_attribute(Attribute.CUT_OFF, value=True)
                attempt.end()
            stretch.span.end()

    def judged(self, verdict: str, began: float) -> None:
        """Trace a judgement; see `Spans`."""
        span = self._here(names.Span.VERIFICATION, began)
        span.set_attribute(Attribute.VERDICT, verdict)
        span.end()

    def called(
        self, model: str, sampling: Sampling, answer: Completion | str, began: float
    ) -> None:
        """Trace the call of a model; see `Spans`."""
        span = self._here(f"{names.Span.CHAT} {model}", began, SpanKind.CLIENT)
        span.set_attributes(
            {
                Attribute.OPERATION: str(names.Span.CHAT),
                Attribute.PROVIDER: PROVIDER,
                Attribute.MODEL: model,
                Attribute.TEMPERATURE: sampling.temperature,
                Attribute.SEED: sampling.seed,
            }
        )
        if sampling.max_tokens is not None:
            span.set_attribute(Attribute.MOST_TOKENS, sampling.max_tokens)
        if isinstance(answer, Completion):
            span.set_attributes(_answered(answer))
        else:
            span.set_attribute(Attribute.ERROR, answer)
            span.set_status(StatusCode.ERROR)
        span.end()

    def _take_up(self, session: Observed, at: float) -> None:
        attributes: dict[str, AttributeValue] = {
            Attribute.SESSION: session.session_id,
            Attribute.CONVERSATION: session.session_id,
            Attribute.TENANT: session.origin.tenant,
            Attribute.LANE: session.origin.lane.value,
        }
        if session.mode is not None:
            attributes[Attribute.MODE] = session.mode.value
        if session.strategy is not None:
            attributes[Attribute.STRATEGY] = session.strategy
        # Where it has come back before its last stretch was left, that one is over.
        self.left(session)
        self._ids.trace = trace_id(session.session_id)
        span = self._tracer.start_span(
            names.Span.SESSION, Context(), attributes=attributes, start_time=_nanoseconds(at)
        )
        stretch = _Stretch(span)
        self._stretches[session.session_id] = stretch
        # This runs in the task of the session, so what the task calls finds its stretch.
        _HERE.set(stretch)

    def _begin_attempt(self, stretch: _Stretch, event: AttemptStartedWire, at: float) -> Span:
        return self._tracer.start_span(
            names.Span.ATTEMPT,
            set_span_in_context(stretch.span, Context()),
            attributes={
                Attribute.ATTEMPT: event.number,
                Attribute.ROUND: event.round,
                Attribute.PROPOSER: event.ask.proposer,
                Attribute.FEEDBACK: event.ask.feedback.value,
            },
            start_time=_nanoseconds(at),
        )

    def _here(self, name: str, began: float, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        """Begin a span below the attempt that is made here, or the session, or nothing."""
        stretch = _HERE.get()
        context = Context()
        if stretch is not None:
            above = stretch.attempts.get(ATTEMPT.get() or 0, stretch.span)
            context = set_span_in_context(above, context)
        return self._tracer.start_span(name, context, kind, start_time=_nanoseconds(began))


def trace_id(session_id: str) -> int:
    """Give the id of a session's trace: the first 16 bytes of the SHA-256 of its own."""
    return int.from_bytes(hashlib.sha256(session_id.encode()).digest()[:16])


def _end_attempt(stretch: _Stretch, event: AttemptFinishedWire, at: float) -> None:
    attempt = event.attempt
    span = stretch.attempts.pop(attempt.number, None)
    if span is None:
        return
    span.set_attribute(Attribute.RESULT, result_of(attempt))
    if isinstance(attempt.verdict, InvalidWire):
        span.set_attribute(Attribute.FLAW, attempt.verdict.flaw.type)
    span.end(_nanoseconds(at))


def _answered(answer: Completion) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        Attribute.FINISH: (answer.finish_reason,),
        Attribute.PROMPT_TOKENS: answer.tokens.prompt,
        Attribute.CACHED_TOKENS: answer.tokens.cached,
        Attribute.COMPLETION_TOKENS: answer.tokens.completion,
    }
    if answer.first_token_seconds is not None:
        attributes[Attribute.FIRST_CHUNK] = answer.first_token_seconds
    return attributes


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
