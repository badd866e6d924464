"""Every name that dashboards, alerts and searches rely on: metrics, spans, words of the log.

No metric has a label for sessions, requests, keys or tenants. Each value of a label is a
series that Prometheus keeps, and clients could make as many as they like; whose a session is
stands in logs and traces. What labels there are come from lists that the operator or the code
keeps short: models, strategies, routes, kinds of flaws.
"""

from dataclasses import dataclass
from enum import StrEnum

# From a fast answer to the end of the longest session; factors of 2 to 2.5.
WAITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 150, 300, 600, 1800, 3600)
# What is done in process: from a tenth of a millisecond to the limits on judging and storing.
WORK = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10, 30)
ATTEMPTS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 100)


class Kind(StrEnum):
    """What Prometheus makes of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric, as it is scraped.

    Attributes:
        name: With its unit; counters end in `_total`.
        kind: Which operations make sense on it.
        meaning: What it says, in one sentence.
        labels: What it is divided by.
        buckets: Upper bounds of a histogram, in the unit of its name; empty for the usual
            ones of the client library.
    """

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which its samples are found in Prometheus."""
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
        return (self.name,)


BUILD = Metric(
    name="modulo_build_info",
    kind=Kind.GAUGE,
    meaning="Always 1; the label says which version runs.",
    labels=("version",),
)
SESSIONS = Metric(
    name="modulo_sessions",
    kind=Kind.GAUGE,
    meaning="Sessions in the store. All processes of one store say the same: take the "
    "maximum, not the sum.",
    labels=("status",),
)
SESSIONS_BEGUN = Metric(
    name="modulo_sessions_begun_total",
    kind=Kind.COUNTER,
    meaning="Sessions that were accepted and stored.",
    labels=("mode", "strategy", "lane"),
)
SESSIONS_ENDED = Metric(
    name="modulo_sessions_ended_total",
    kind=Kind.COUNTER,
    meaning="Sessions that came to an outcome.",
    labels=("outcome", "mode", "strategy"),
)
SESSIONS_RUNNING = Metric(
    name="modulo_sessions_running",
    kind=Kind.GAUGE,
    meaning="Sessions that this process runs now.",
    labels=("lane",),
)
DELIVERIES = Metric(
    name="modulo_deliveries_total",
    kind=Kind.COUNTER,
    meaning="Sessions that this process took up: new ones (`creation`), ones that another gave "
    "back (`release`), ones whose worker was lost (`loss`).",
    labels=("after",),
)
QUEUE_WAIT = Metric(
    name="modulo_queue_wait_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a session's creation until a worker first took it up.",
    labels=("lane",),
    buckets=WAITS,
)
FIRST_ATTEMPT = Metric(
    name="modulo_first_attempt_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a session's creation to the end of its first attempt.",
    labels=("lane",),
    buckets=WAITS,
)
VALID_PLAN = Metric(
    name="modulo_valid_plan_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a session's creation to the first plan that the verifier found valid.",
    labels=("lane",),
    buckets=WAITS,
)
SESSION_ATTEMPTS = Metric(
    name="modulo_session_attempts",
    kind=Kind.HISTOGRAM,
    meaning="Attempts of a session when it ended.",
    labels=("outcome",),
    buckets=ATTEMPTS,
)
ATTEMPTS_MADE = Metric(
    name="modulo_attempts_total",
    kind=Kind.COUNTER,
    meaning="Attempts by what became of them: `valid`, `flawed`, or `no_plan` where none could "
    "be read.",
    labels=("proposer", "result"),
)
ATTEMPT_TIME = Metric(
    name="modulo_attempt_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From asking to the last critique of an attempt.",
    labels=("proposer",),
    buckets=WAITS,
)
FLAWS = Metric(
    name="modulo_flaws_total",
    kind=Kind.COUNTER,
    meaning="Plans that the verifier found invalid, by the first flaw.",
    labels=("flaw",),
)
PROPOSAL_TIME = Metric(
    name="modulo_proposal_seconds",
    kind=Kind.HISTOGRAM,
    meaning="Time of one proposal, waits for a model that is away included.",
    labels=("proposer",),
    buckets=WAITS,
)
FIRST_TOKEN = Metric(
    name="modulo_first_token_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a call of a model to the first token of its answer.",
    labels=("model",),
    buckets=WAITS,
)
MODEL_CALLS = Metric(
    name="modulo_model_calls_total",
    kind=Kind.COUNTER,
    meaning="Calls of models: `answered`, `unavailable` (asked again later), `refused`, "
    "`broken`, or `cancelled`. Quick retries within a call count as one.",
    labels=("model", "result"),
)
TOKENS = Metric(
    name="modulo_tokens_total",
    kind=Kind.COUNTER,
    meaning="Tokens of the calls that models answered, those of attempts that were cut off "
    "included; `cached` are part of `prompt`.",
    labels=("model", "kind"),
)
VERIFICATION_TIME = Metric(
    name="modulo_verification_seconds",
    kind=Kind.HISTOGRAM,
    meaning="Time to judge a plan, the wait for a free process included; `unjudged` where a "
    "bound was reached, the task could not be read, or nobody waits any more.",
    labels=("verdict",),
    buckets=WORK,
)
VERIFIER_PROCESSES = Metric(
    name="modulo_verifier_processes",
    kind=Kind.GAUGE,
    meaning="Processes that may judge plans at once; small plans need none.",
)
VERIFIER_BUSY = Metric(
    name="modulo_verifier_processes_busy",
    kind=Kind.GAUGE,
    meaning="Those that judge one now.",
)
VERIFIER_WAITING = Metric(
    name="modulo_verifier_waiting",
    kind=Kind.GAUGE,
    meaning="Plans that wait for such a process.",
)
OPINIONS = Metric(
    name="modulo_second_opinions_total",
    kind=Kind.COUNTER,
    meaning="Opinions of independent validators on the verifier's verdicts. One that "
    "`disagrees` is a defect, of ours or of theirs.",
    labels=("validator", "stand"),
)
STORE_TIME = Metric(
    name="modulo_store_seconds",
    kind=Kind.HISTOGRAM,
    meaning="Time of calls of the store; an `append` ends when its event is durable.",
    labels=("operation",),
    buckets=WORK,
)
STORE_ERRORS = Metric(
    name="modulo_store_errors_total",
    kind=Kind.COUNTER,
    meaning="Calls of the store that failed because it is away or broken.",
    labels=("operation",),
)
WEBHOOKS = Metric(
    name="modulo_webhooks_total",
    kind=Kind.COUNTER,
    meaning="Tries to send a webhook: `delivered`, `unwanted` (status 410), `failed` and tried "
    "again, or `given_up` after the last.",
    labels=("result",),
)
REQUEST_TIME = Metric(
    name="modulo_http_request_seconds",
    kind=Kind.HISTOGRAM,
    meaning="From a request to the start of its answer; streams go on behind it.",
    labels=("method", "route", "status"),
)
LOOP_LAG = Metric(
    name="modulo_event_loop_lag_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How late the event loop comes to what is due; high when something blocks it.",
    buckets=WORK,
)

METRICS = (
    *(BUILD, SESSIONS, SESSIONS_BEGUN, SESSIONS_ENDED, SESSIONS_RUNNING, DELIVERIES),
    *(QUEUE_WAIT, FIRST_ATTEMPT, VALID_PLAN, SESSION_ATTEMPTS),
    *(ATTEMPTS_MADE, ATTEMPT_TIME, FLAWS, PROPOSAL_TIME, FIRST_TOKEN, MODEL_CALLS, TOKENS),
    *(VERIFICATION_TIME, VERIFIER_PROCESSES, VERIFIER_BUSY, VERIFIER_WAITING, OPINIONS),
    *(STORE_TIME, STORE_ERRORS, WEBHOOKS, REQUEST_TIME, LOOP_LAG),
)
# Those of the client library that dashboard and alerts use.
PROCESS_METRICS = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
)


class Span(StrEnum):
    """Spans, by name; the call of a model is named `chat` and its model, as OpenTelemetry asks."""

    SESSION = "session"
    ATTEMPT = "attempt"
    VERIFICATION = "verification"
    CHAT = "chat"


class Attribute(StrEnum):
    """Attributes of spans. Those of `gen_ai` are OpenTelemetry's, for generative AI."""

    SESSION = "modulo.session.id"
    TENANT = "modulo.tenant"
    LANE = "modulo.lane"
    MODE = "modulo.mode"
    STRATEGY = "modulo.strategy"
    OUTCOME = "modulo.outcome"
    ATTEMPT = "modulo.attempt.number"
    ROUND = "modulo.attempt.round"
    PROPOSER = "modulo.attempt.proposer"
    FEEDBACK = "modulo.attempt.feedback"
    RESULT = "modulo.attempt.result"
    FLAW = "modulo.flaw"
    VERDICT = "modulo.verdict"
    CUT_OFF = "modulo.cut_off"
    ERROR = "error.type"
    OPERATION = "gen_ai.operation.name"
    PROVIDER = "gen_ai.provider.name"
    MODEL = "gen_ai.request.model"
    TEMPERATURE = "gen_ai.request.temperature"
    MOST_TOKENS = "gen_ai.request.max_tokens"
    SEED = "gen_ai.request.seed"
    CONVERSATION = "gen_ai.conversation.id"
    FINISH = "gen_ai.response.finish_reasons"
    PROMPT_TOKENS = "gen_ai.usage.input_tokens"
    CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
    COMPLETION_TOKENS = "gen_ai.usage.output_tokens"
    FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
