"""Records of sessions that never were."""

from deploy.loadtest.records import Record
from deploy.loadtest.seen_log import Finished


def record(
    index: int = 0,
    *,
    scheduled: float = 0.0,
    took: float | None = 1.0,
    attempts: int = 1,
    status: str = "solved",
    tenant: str = "",
) -> Record:
    """A session that was taken at once; each of its attempts took its part of the time."""
    made = Record(index=index, scheduled=scheduled, tenant=tenant, status=status)
    made.accepted, made.session_id, made.post_seconds = scheduled, f"s{index}", 0.01
    if took is not None:
        made.ended = scheduled + took
    made.log.delivered_at = scheduled + 0.1
    made.log.deliveries = 1
    for number in range(1, attempts + 1):
        made.log.finished[number] = Finished(
            number=number,
            seed=index * 100 + number,
            at=scheduled + (took or 1.0) * number / attempts,
            proposal_seconds=0.5,
            verifier_seconds=0.25,
            prompt_tokens=100,
            completion_tokens=20,
        )
    return made
