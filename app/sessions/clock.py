"""Moments as stores keep them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime | None = None) -> int:
    """Give a moment as microseconds; without one the clock is read."""
    return ((moment or datetime.now(UTC)) - EPOCH) // timedelta(microseconds=1)


def time(since_epoch: int) -> datetime:
    """Give a moment back, in UTC."""
    return EPOCH + timedelta(microseconds=since_epoch)
