"""Lines of the log: what happened first, then what belongs to it, as text or as JSON.

All rooms log with the standard library, and the libraries below them do. What a line belongs
to is added here: the session and its tenant, the attempt, the request. Tasks, prompts,
answers, plans and keys are in no line.

What happened is a word, such as `session_ended`, or a sentence for people; then JSON has the
sentence before it was filled in as `template`, so that every kind of line can be found.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from app.modulo.bench import ATTEMPT
from app.sessions.observer import Observed
from app.sessions.wire import AttemptFinishedWire, DeliveredWire, OutcomeWire, StoredEvent
from app.telemetry.results import result_of

log = logging.getLogger(__name__)

# They tell of every call that they make, which our own lines and metrics do already.
TALKATIVE = ("asyncio", "docket", "httpcore", "httpx", "opentelemetry", "redis", "urllib3")


def configure_logs(*, json: bool, level: str, stream: TextIO | None = None) -> None:
    """Have every logger of the process write its lines in one form to one place.

    Args:
        json: Write one JSON object a line; else text for people.
        level: The least weight of a line: `debug`, `info`, `warning` or `error`.
        stream: Where to; without one, standard error.
    """
    stream = stream or sys.stderr
    before: list[Processor] = [
        *([_template] if json else []),
        merge_contextvars,
        _attempt,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _once,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[ProcessorFormatter.remove_processors_meta, *_written(json, stream)],
        )
    )
    weight = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old.formatter, ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(weight)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(weight, logging.WARNING))
    structlog.configure(
        processors=[*before, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(weight),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _written(json: bool, stream: TextIO) -> list[Processor]:
    if json:
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ]
    # A plain traceback: a rich one would show the values of variables, prompts among them.
    return [
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
            timestamp_key="time",
        )
    ]


def _template(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Add the sentence of a line as it was before it was filled in."""
    del logger, method  # the form of a processor
    record = line.get("_record")
    if record is not None and record.msg != line["event"]:
        line["template"] = record.msg
    return line


def _once(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Drop the copy of the sentence that another handler has left at the record."""
    del logger, method  # the form of a processor
    line.pop("message", None)
    return line


def _attempt(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Add the number of the attempt that is made here."""
    del logger, method  # the form of a processor
    number = ATTEMPT.get()
    if number is not None:
        line.setdefault("attempt", number)
    return line


class SessionLines:
    """Writes a line where a session begins, attempts and ends here; an `Observer`.

    What is logged while a session runs carries its name.
    """

    def saw(self, session: Observed, event: StoredEvent, at: float) -> None:
        """Write a line; see `Observer`."""
        if isinstance(event, DeliveredWire):
            # The task was begun by whoever had a free place: what it belongs to is not ours.
            clear_contextvars()
            bind_contextvars(session=session.session_id, tenant=session.origin.tenant)
            log.debug("session_taken_up", extra={"attempts": session.attempts})
        elif isinstance(event, AttemptFinishedWire) and log.isEnabledFor(logging.DEBUG):
            attempt = event.attempt
            log.debug(
                "attempt_finished",
                extra={
                    "attempt": attempt.number,
                    "proposer": attempt.ask.proposer,
                    "result": result_of(attempt),
                    "seconds": round(attempt.seconds, 3),
                },
            )
        elif isinstance(event, OutcomeWire):
            told = {
                "session": session.session_id,
                "tenant": session.origin.tenant,
                "outcome": event.type,
                "seconds": round(at - session.created_at.timestamp(), 3),
            }
            log.info("session_ended", extra=told)

    def left(self, session: Observed) -> None:
        """Write no line; see `Observer`."""
