"""A circuit breaker: a server that keeps failing is left alone for a while."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Counts failures in a row. Open, it lets nothing through; then one probe decides.

    One per server, shared by everything that calls it from one event loop. A call that
    was let through ends in exactly one of `succeeded`, `failed` or `dropped`.

    Attributes:
        open_seconds: How long it stays open.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        open_seconds: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start closed.

        Args:
            failures: How many in a row open it.
            open_seconds: How long it lets nothing through, before it lets one probe pass.
            clock: Seconds that never go back.
        """
        self.open_seconds = open_seconds
        self._failures = failures
        self._clock = clock
        self._in_a_row = 0
        self._opened: float | None = None
        self._probing = False

    def wait_seconds(self) -> float:
        """Say how long to stay away: 0 when a call may be made now."""
        if self._opened is None:
            return 0.0
        if self._probing:
            # How long the probe takes nobody knows; as long as being open is a fair guess.
            return self.open_seconds
        return max(0.0, self._opened + self.open_seconds - self._clock())

    def enter(self) -> None:
        """Note that a call is made. Only after `wait_seconds` has said 0."""
        self._probing = self._opened is not None

    def succeeded(self) -> None:
        """Note that the server answered."""
        self._in_a_row = 0
        self._opened = None
        self._probing = False

    def failed(self) -> None:
        """Note that the server did not answer, or broke off."""
        self._in_a_row += 1
        if self._probing or self._in_a_row >= self._failures:
            self._opened = self._clock()
        self._probing = False

    def dropped(self) -> None:
        """Note that the call ended without saying anything about the server."""
        self._probing = False
