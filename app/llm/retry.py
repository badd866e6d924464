"""When to call again after a failure, and how long to wait before."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

_DAY_SECONDS = 86_400.0


def full_jitter(random: Random, retry: int, *, first_seconds: float, most_seconds: float) -> float:
    """Draw a wait in seconds, from 0 to a bound that doubles with every retry.

    Args:
        random: Source of randomness; same seed, same draws.
        retry: Counted from 0.
        first_seconds: The bound before the first retry.
        most_seconds: What the bound grows to at most.

    Source:
        M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015.
    """
    # Beyond 2**64 the bound is reached in any case, and a float would overflow at 2**1024.
    return random.uniform(0.0, min(most_seconds, first_seconds * 2.0 ** min(retry, 64)))


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read how long a server asks us to wait: a number of seconds, or a date.

    Args:
        headers: Of the response; names in lower case, or a mapping that ignores case.
        now: With its time zone.

    Returns:
        Seconds, from 0 to one day; None where nothing legible is said.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        # Longer numbers are past a day, and Python refuses to read very long ones.
        return min(_DAY_SECONDS, float(value[:16]))
    try:
        date = parsedate_to_datetime(value)
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(_DAY_SECONDS, max(0.0, seconds.total_seconds()))


class Retries:
    """How often and when a failed call is made again.

    Besides the bound on each call there is one on all together: every call puts a part of
    a retry into a bucket and every retry takes a whole one out, so that retries can never
    multiply the load of a server that is down. Shared by the calls of one server.
    """

    def __init__(
        self,
        *,
        most: int = 2,
        first_seconds: float = 0.5,
        most_seconds: float = 8.0,
        most_asked_seconds: float = 15.0,
        bucket: float = 10.0,
        per_call: float = 0.2,
        random: Random | None = None,
    ) -> None:
        """Start with a full bucket.

        Args:
            most: Retries of one call.
            first_seconds: Bound of the wait before the first retry.
            most_seconds: What that bound grows to at most.
            most_asked_seconds: The longest wait that a server may ask for within a call;
                where it asks for more, the caller is told.
            bucket: Retries that the bucket holds.
            per_call: Retries that every call puts into it.
            random: Source of randomness for the waits.
        """
        self._most = most
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._most_asked_seconds = most_asked_seconds
        self._bucket = bucket
        self._per_call = per_call
        self._left = bucket
        self._random = random or Random()  # noqa: S311 (jitter keeps no secret)

    def call_made(self) -> None:
        """Put a call's part into the bucket."""
        self._left = min(self._bucket, self._left + self._per_call)

    def wait_seconds(self, retry: int, asked_seconds: float | None) -> float | None:
        """Take a retry out of the bucket and say how long to wait before it.

        Args:
            retry: How many this call has had already.
            asked_seconds: What the server asked for, or None.

        Returns:
            Seconds, never less than the server asked for; None for no retry.
        """
        asked = asked_seconds or 0.0
        if retry >= self._most or asked > self._most_asked_seconds or self._left < 1.0:
            return None
        self._left -= 1.0
        jitter = full_jitter(
            self._random,
            retry,
            first_seconds=self._first_seconds,
            most_seconds=self._most_seconds,
        )
        return asked + jitter
