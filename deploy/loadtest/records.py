"""What became of one session, as its client knows it."""

from dataclasses import dataclass, field

from deploy.loadtest.seen_log import SeenLog

LOST = "lost"
UNFINISHED = "unfinished"
NOT_TAKEN = "not_taken"
"""Three ends beside the outcomes of a log. Lost: accepted, and then unknown to the service.
Unfinished: accepted, and without an end when all patience was over. Not taken: never accepted,
whatever the client tried."""


@dataclass(slots=True, kw_only=True)
class Record:
    """One session. Times are seconds of one wall clock.

    Attributes:
        index: Counted from 0 over the run.
        tenant: Whose it is.
        scheduled: When it was to begin.
        accepted: When the service had taken it.
        session_id: Its name there.
        ended: When its outcome was seen.
        status: Its outcome, or one of the three above.
        refusals: Answers such as 429 and 503 to the request itself, and none at all.
        troubles: What went wrong on the way, in words.
        post_seconds: From the first try to send the request to its acceptance.
        reconnects: How often its stream broke and was taken up again.
        hung_up: How often the client itself broke it, on purpose.
        polled: The log was read only when the session had ended, so it tells no times.
        log: What was seen of it.
        differs: The log read from its beginning is another one than the stream has shown.
    """

    index: int
    scheduled: float
    tenant: str = ""
    accepted: float | None = None
    session_id: str = ""
    ended: float | None = None
    status: str = NOT_TAKEN
    refusals: int = 0
    troubles: list[str] = field(default_factory=list)
    post_seconds: float | None = None
    reconnects: int = 0
    hung_up: int = 0
    polled: bool = False
    log: SeenLog = field(default_factory=SeenLog)
    differs: bool = False

    @property
    def solved(self) -> bool:
        """Whether it ended with a valid plan."""
        return self.status == "solved"

    @property
    def plan_seconds(self) -> float | None:
        """From the scheduled start to a valid plan."""
        if not self.solved or self.ended is None:
            return None
        return self.ended - self.scheduled

    @property
    def first_attempt_seconds(self) -> float | None:
        """From the scheduled start to the first finished attempt."""
        first = min((each.at for each in self.log.finished.values()), default=None)
        return None if first is None or self.polled else first - self.scheduled

    @property
    def queue_seconds(self) -> float | None:
        """From acceptance to the worker that took it up, as the stream tells it."""
        if self.log.delivered_at is None or self.accepted is None or self.polled:
            return None
        # The stream may be quicker than the answer to the request.
        return max(0.0, self.log.delivered_at - self.accepted)

    @property
    def tokens(self) -> int:
        """Of all its proposals, prompts and completions."""
        attempts = self.log.finished.values()
        return sum(each.prompt_tokens + each.completion_tokens for each in attempts)
