"""All that watches one process, made together; what the composition root deals with."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.llm.chat import ChatModel
from app.modulo.proposer import Verifier
from app.sessions.observer import Observer
from app.sessions.store import Store
from app.telemetry.logs import SessionLines
from app.telemetry.meters import Meters
from app.telemetry.watched import WatchedModel, WatchedVerifier
from app.telemetry.watched_store import WatchedStore

if TYPE_CHECKING:
    from app.telemetry.traces import Traces

BEAT_SECONDS = 0.25


class ExtraMissing(Exception):
    """A part that was asked for is not installed; the message says how to get it."""


class Telemetry:
    """Meters, lines of the log and traces of one process. Enter it, or make no traces.

    Args:
        version: Of the project.
        traces: Send traces.

    Attributes:
        meters: What is counted.
        observers: Who is to be told of sessions.

    Raises:
        ExtraMissing: traces are wanted, and OpenTelemetry is not installed.
    """

    def __init__(self, *, version: str = "unknown", traces: bool = False) -> None:
        self.meters = Meters(version=version)
        self._traces = traces_type()(version=version) if traces else None
        observers: list[Observer] = [self.meters, SessionLines()]
        if self._traces is not None:
            observers.append(self._traces)
        self.observers = tuple(observers)
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat(), name="telemetry beat")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait({self._beating})
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)

    def verifier(self, verifier: Verifier) -> Verifier:
        """Give a verifier whose judgements are timed and traced."""
        return WatchedVerifier(verifier, self.meters, self._traces)

    def model(self, model: ChatModel) -> ChatModel:
        """Give a model whose calls are counted, timed and traced."""
        return WatchedModel(model, self.meters, self._traces)

    def store(self, store: Store) -> Store:
        """Give a store whose calls are timed."""
        return WatchedStore(store, self.meters)

    def processes(self, most: int, load: Callable[[], tuple[int, int]]) -> None:
        """Show how far the verifier's processes are in use; see `Meters`."""
        self.meters.watch_processes(most, load)

    async def _beat(self) -> None:
        """Measure how late the event loop comes to what is due."""
        while True:
            due = time.perf_counter() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self.meters.loop_lag().observe(max(0.0, time.perf_counter() - due))


def traces_type() -> "type[Traces]":
    """Give the class that traces.

    Raises:
        ExtraMissing: OpenTelemetry is not installed.
    """
    try:
        from app.telemetry.traces import Traces  # noqa: PLC0415 (an extra)
    except ImportError as problem:
        raise ExtraMissing(
            f"MODULO_TRACES needs the extra otel, {problem.name} is not installed: "
            "pip install 'modulo-planning[otel]', or set MODULO_TRACES=false"
        ) from problem
    return Traces
