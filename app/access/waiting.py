"""How long until asking again helps, as `Retry-After` tells it."""

from app.access.register import DAY_MICROSECONDS


def whole_seconds(wait: int) -> int:
    """Round a wait in microseconds up to whole seconds, at least 1: earlier would be in vain."""
    return max(1, -(-wait // 1_000_000))


def until_midnight(now: int) -> int:
    """Say how many seconds remain of a day in UTC; `now` is in microseconds since 1970."""
    return whole_seconds(DAY_MICROSECONDS - now % DAY_MICROSECONDS)
