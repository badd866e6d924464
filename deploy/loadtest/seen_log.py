"""The log of one session as its client has seen it: what is missing, doubled or repeated.

A log must never show a number twice or leave one out, and no attempt that stands finished in
it may be begun or finished again.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from deploy.loadtest.event_stream import Sent

OUTCOMES = frozenset({"solved", "exhausted", "unsolvable", "cancelled", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An attempt that stands finished in the log.

    Attributes:
        number: Counted from 1.
        seed: Of its ask; no two asks of a run share one.
        at: When the client saw it, in seconds of the wall clock.
        proposal_seconds: What the model took.
        verifier_seconds: From the proposal to the last critique.
        prompt_tokens: Of the proposal.
        completion_tokens: Likewise.
    """

    number: int
    seed: int
    at: float
    proposal_seconds: float
    verifier_seconds: float
    prompt_tokens: int
    completion_tokens: int


@dataclass(slots=True, kw_only=True)
class SeenLog:
    """A fold over the events of one session, in the order in which they came.

    Attributes:
        last: Number of the last event, 0 before the first.
        missing: Numbers that were left out.
        doubled: Events that came again.
        delivered_at: When a worker first took the session up, in seconds of the clock.
        deliveries: How often one did.
        silences: From when to when no event came before a worker took the session up again.
        finished: Attempts by number.
        finished_twice: Attempts that were finished again.
        begun_again: Attempts that were begun again after they stood finished.
        last_at: When the last event came.
        outcome: The type of the last event, once the session has ended.
        reason: What a failed session says.
        digest: A hash of all events seen, with their numbers.
    """

    last: int = 0
    missing: int = 0
    doubled: int = 0
    delivered_at: float | None = None
    deliveries: int = 0
    silences: list[tuple[float, float]] = field(default_factory=list)
    last_at: float = 0.0
    finished: dict[int, Finished] = field(default_factory=dict)
    finished_twice: int = 0
    begun_again: int = 0
    outcome: str | None = None
    reason: str = ""
    digest: str = ""

    def add(self, sent: Sent, at: float) -> bool:
        """Take the next event.

        Args:
            sent: The event.
            at: When it came, in seconds of the wall clock.

        Returns:
            Whether it was new.
        """
        if sent.number <= self.last:
            self.doubled += 1
            return False
        self.missing += sent.number - self.last - 1
        self.last = sent.number
        seen = b"%s %d %s" % (self.digest.encode(), sent.number, sent.data)
        self.digest = hashlib.sha256(seen).hexdigest()
        match sent.kind:
            case "delivered":
                self._deliver(at)
            case "attempt_started":
                self.begun_again += json.loads(sent.data)["number"] in self.finished
            case "attempt_finished":
                self._finish(json.loads(sent.data)["attempt"], at)
            case kind if kind in OUTCOMES:
                self.outcome = kind
                self.reason = json.loads(sent.data).get("reason", "")
        self.last_at = at
        return True

    def _deliver(self, at: float) -> None:
        self.deliveries += 1
        if self.delivered_at is None:
            self.delivered_at = at
        else:
            self.silences.append((self.last_at, at))

    def _finish(self, attempt: dict[str, Any], at: float) -> None:
        number, tokens = int(attempt["number"]), attempt["tokens"]
        if number in self.finished:
            self.finished_twice += 1
            return
        proposal = float(attempt["proposal_seconds"])
        self.finished[number] = Finished(
            number=number,
            seed=int(attempt["ask"].get("seed", 0)),
            at=at,
            proposal_seconds=proposal,
            verifier_seconds=max(0.0, float(attempt["seconds"]) - proposal),
            prompt_tokens=int(tokens.get("prompt", 0)),
            completion_tokens=int(tokens.get("completion", 0)),
        )
