"""Spans of sessions that really run, as a receiver of traces gets them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.trace import SpanKind, StatusCode

from app.llm.chat import Completion, Message, Sampling, Tokens
from app.llm.errors import ModelUnavailable
from app.modulo.loop import Modulo
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from app.prompts.task_wording import TaskWording
from app.proposers.prompted import Prompted
from app.sessions.request import PlanRequest
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.telemetry.meters import Meters
from app.telemetry.names import Attribute, Span
from app.telemetry.telemetry import ExtraMissing, Telemetry
from app.telemetry.traces import Traces, trace_id
from app.telemetry.watched import WatchedModel, WatchedVerifier
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import CREATED, Gated, Patient, SmallBank
from tests.app.telemetry.receiver import receiver


class Parrot:
    """A model that says what it was given to say, and is away where that is nothing."""

    name = "parrot"

    def __init__(self, texts: Sequence[str | None]) -> None:
        self._texts = list(texts)

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        text = self._texts.pop(0)
        await asyncio.sleep(0.002)
        if text is None:
            raise ModelUnavailable(self.name, "on holiday")
        return Completion(
            text=text,
            tokens=Tokens(prompt=100, cached=64, completion=7),
            finish_reason="stop",
            seconds=0.02,
            first_token_seconds=0.01,
        )


class ModelBank(SmallBank):
    """A small bank with a model behind its proposer; both are watched."""

    def __init__(self, model: Parrot, meters: Meters, traces: Traces, width: int = 1) -> None:
        watched = WatchedModel(model, meters, traces)
        super().__init__(
            Prompted(
                name=model.name,
                model=watched,
                wording=TaskWording(),
                first_wait_seconds=0.001,
            )
        )
        self.judge = WatchedVerifier(self.verifier, meters, traces)
        self.width = width

    def compose(self, request: PlanRequest) -> Modulo:
        return Modulo(
            strategy=Resample(batch=Batch(proposer=self.proposer.name), width=self.width),
            proposers={self.proposer.name: self.proposer},
            reader=self.reader,
            verifier=self.judge,
        )


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exporter) -> Traces:
    return Traces(version="1.2.3", processor=SimpleSpanProcessor(exporter))


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


async def run(store: SqliteStore, bank: SmallBank, traces: Traces, name: str = "s") -> None:
    async with Runner(
        store=store, composer=bank, verifier=bank.verifier, observers=[traces]
    ) as runner:
        await runner.submit(await store.create(name, CREATED))
        await store.wait_for_end(name, timeout_seconds=20)


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


async def test_a_session_is_a_span_with_its_attempts_below(store, traces, exporter):
    await run(store, SmallBank(Patient([HALF, GOOD], seconds=0.05)), traces)
    (session,) = named(exporter, Span.SESSION)
    first, second = named(exporter, Span.ATTEMPT)
    assert session.parent is None
    assert session.attributes is not None
    assert session.attributes[Attribute.SESSION] == "s"
    assert session.attributes[Attribute.OUTCOME] == "solved"
    assert session.attributes[Attribute.TENANT] == "default"
    for number, attempt in enumerate((first, second), 1):
        assert attempt.attributes is not None
        assert attempt.attributes[Attribute.ATTEMPT] == number
        assert attempt.attributes[Attribute.PROPOSER] == "patient"
        assert attempt.parent is not None
        assert attempt.parent.span_id == session.context.span_id
        assert attempt.end_time - attempt.start_time >= 0.05e9
        assert session.start_time <= attempt.start_time <= attempt.end_time <= session.end_time
    assert first.attributes[Attribute.RESULT] == "flawed"
    assert first.attributes[Attribute.FLAW] == "unsatisfied_goal"
    assert second.attributes[Attribute.RESULT] == "valid"
    assert first.end_time <= second.start_time


async def test_calls_of_models_and_judgements_are_spans_below_their_attempt(
    store, traces, exporter
):
    bank = ModelBank(Parrot([HALF, GOOD]), Meters(version="0"), traces)
    await run(store, bank, traces)
    attempts = named(exporter, Span.ATTEMPT)
    calls = named(exporter, "chat parrot")
    judgements = named(exporter, Span.VERIFICATION)
    above = [attempt.context.span_id for attempt in attempts]
    assert [call.parent.span_id for call in calls if call.parent] == above
    assert [made.parent.span_id for made in judgements if made.parent] == above
    assert [made.attributes[Attribute.VERDICT] for made in judgements] == ["invalid", "valid"]
    call = calls[0]
    assert call.kind is SpanKind.CLIENT
    assert call.attributes is not None
    assert {
        name: value for name, value in call.attributes.items() if name.startswith("gen_ai.usage")
    } == {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.output_tokens": 7,
    }
    assert call.attributes["gen_ai.request.model"] == "parrot"
    assert call.attributes["gen_ai.operation.name"] == "chat"


async def test_attempts_side_by_side_keep_their_own_calls(store, traces, exporter):
    bank = ModelBank(Parrot([HALF] * 3 + [GOOD]), Meters(version="0"), traces, width=4)
    await run(store, bank, traces)
    attempts = {span.context.span_id for span in named(exporter, Span.ATTEMPT)}
    calls = [span.parent.span_id for span in named(exporter, "chat parrot") if span.parent]
    assert len(calls) == 4
    assert set(calls) == attempts


async def test_two_sessions_at_once_do_not_mix(store, traces, exporter):
    bank = ModelBank(Parrot([HALF] * 8), Meters(version="0"), traces)
    async with Runner(
        store=store, composer=bank, verifier=bank.verifier, observers=[traces]
    ) as runner:
        for name in ("s", "t"):
            await runner.submit(await store.create(name, CREATED))
        for name in ("s", "t"):
            await store.wait_for_end(name, timeout_seconds=20)
    for name in ("s", "t"):
        spans = [
            span.name
            for span in exporter.get_finished_spans()
            if span.context.trace_id == trace_id(name)
        ]
        assert sorted(spans) == sorted(["session", *["attempt", "chat parrot", "verification"] * 4])


async def test_a_call_that_failed_is_an_error_and_the_next_is_another_span(store, traces, exporter):
    bank = ModelBank(Parrot([None, GOOD]), Meters(version="0"), traces)
    await run(store, bank, traces)
    failed, answered = named(exporter, "chat parrot")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes is not None
    assert failed.attributes[Attribute.ERROR] == "unavailable"
    assert answered.status.status_code is StatusCode.UNSET


async def test_a_session_that_goes_on_elsewhere_stays_in_one_trace(store, traces, exporter):
    proposer = Gated([HALF, GOOD], through=[1])
    bank = SmallBank(proposer)
    async with Runner(
        store=store, composer=bank, verifier=bank.verifier, observers=[traces]
    ) as runner:
        await runner.submit(await store.create("s", CREATED))
        await proposer.reached.wait()
    bank = SmallBank(Patient([HALF, GOOD]))
    async with Runner(store=store, composer=bank, verifier=bank.verifier, observers=[traces]):
        await store.wait_for_end("s", timeout_seconds=20)
    released, solved = named(exporter, Span.SESSION)
    assert released.attributes is not None
    assert solved.attributes is not None
    assert released.attributes[Attribute.OUTCOME] == "released"
    assert solved.attributes[Attribute.OUTCOME] == "solved"
    assert {span.context.trace_id for span in exporter.get_finished_spans()} == {trace_id("s")}
    cut_off = [
        span.attributes[Attribute.ATTEMPT]
        for span in named(exporter, Span.ATTEMPT)
        if span.attributes and Attribute.CUT_OFF in span.attributes
    ]
    assert cut_off == [2]


async def test_a_session_that_failed_is_an_error(store, traces, exporter):
    class Defect(SmallBank):
        def compose(self, request):
            raise KeyError("secret of the house")

    await run(store, Defect(Patient([GOOD])), traces)
    (session,) = named(exporter, Span.SESSION)
    assert session.status.status_code is StatusCode.ERROR
    assert "secret" not in session.to_json()


async def test_tasks_and_answers_are_in_no_span(store, traces, exporter):
    bank = ModelBank(Parrot([f"canary\n{HALF}", GOOD]), Meters(version="0"), traces)
    await run(store, bank, traces)
    everything = "".join(span.to_json() for span in exporter.get_finished_spans())
    for secret in ("canary", "switch-on", "broken", "lamps"):
        assert secret not in everything


def test_attributes_of_generative_models_are_named_as_opentelemetry_names_them():
    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    ours = {attribute.value for attribute in Attribute if attribute.startswith("gen_ai.")}
    assert ours
    assert ours <= known


async def test_spans_arrive_over_http_as_protobuf(tmp_path, monkeypatch):
    """The whole way: the settings' switch, the batch, the wire, a receiver that decodes it."""
    with receiver() as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "modulo-of-the-north")
        async with (
            Telemetry(version="1.2.3", traces=True) as telemetry,
            SqliteStore(tmp_path / "sessions.db") as store,
        ):
            bank = SmallBank(Patient([HALF, GOOD]))
            async with Runner(
                store=store,
                composer=bank,
                verifier=bank.verifier,
                observers=telemetry.observers,
            ) as runner:
                await runner.submit(await store.create("s", CREATED))
                await store.wait_for_end("s", timeout_seconds=20)
    resources = [sent for request in server.requests for sent in request.resource_spans]
    spans = [span for sent in resources for scope in sent.scope_spans for span in scope.spans]
    assert sorted(span.name for span in spans) == ["attempt", "attempt", "session"]
    assert {span.trace_id for span in spans} == {trace_id("s").to_bytes(16)}
    told = {one.key: one.value.string_value for one in resources[0].resource.attributes}
    assert told["service.name"] == "modulo-of-the-north"
    assert told["service.version"] == "1.2.3"


async def test_a_receiver_that_is_away_holds_nothing_up(tmp_path, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    async with asyncio.timeout(10):
        async with (
            Telemetry(version="1", traces=True) as telemetry,
            SqliteStore(tmp_path / "sessions.db") as store,
        ):
            bank = SmallBank(Patient([GOOD]))
            async with Runner(
                store=store,
                composer=bank,
                verifier=bank.verifier,
                observers=telemetry.observers,
            ) as runner:
                await runner.submit(await store.create("s", CREATED))
                head = await store.wait_for_end("s", timeout_seconds=5)
    assert head.status == "solved"


@pytest.mark.parametrize("program", ["main", "worker"])
def test_a_process_that_cannot_trace_says_so_at_its_start(program, tmp_path):
    code = (
        "import sys; sys.modules['opentelemetry.sdk.trace'] = None; "
        f"from app.{program} import main; main()"
    )
    settings = {"MODULO_TRACES": "true", "MODULO_REDIS_URL": "redis://127.0.0.1:9/0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "pip install 'modulo-planning[otel]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_traces_without_their_extra_are_refused_with_the_way_to_get_it(monkeypatch):
    """`None` in `sys.modules` is how Python says that a module cannot be imported."""
    monkeypatch.delitem(sys.modules, "app.telemetry.traces")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'modulo-planning\[otel\]'"):
        Telemetry(version="1", traces=True)
