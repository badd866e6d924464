"""Who gets in, and how much they may begin."""

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from app.access.caller import Caller, Quota
from app.access.errors import KeyRefused, RegisterUnavailable
from app.access.keys import Registered, matches, parts
from app.access.ledger import Ledger
from app.access.register import Begun, Register
from app.sessions.observer import Observer

log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
MOST_REMEMBERED = 10_000


class Entrance:
    """Lets in who has a key, or everybody as long as none was ever made.

    What the register says is believed for a second: so long a key that was just revoked may
    still get in. One that was just made gets in at once.

    Args:
        register: Where the keys are; without one everybody gets in, as one tenant.
        ledger: Is told which keys are used.
        trusting: Everybody gets in as long as no key was ever made.
        local: Where everybody gets in, that is everybody on this machine.
        fresh_seconds: So long the register is believed.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        register: Register | None = None,
        ledger: Ledger | None = None,
        *,
        trusting: bool = True,
        local: bool = False,
        fresh_seconds: float = FRESH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._register = register
        self._ledger = ledger
        self._trusting = trusting
        self._local = local
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._remembered: dict[str, tuple[float, Registered]] = {}
        self._empty_until = float("-inf")
        self._has_keys = False

    @property
    def observers(self) -> tuple[Observer, ...]:
        """Who is to be told of sessions, so that what they spend is counted."""
        return () if self._ledger is None else (self._ledger,)

    async def is_open(self) -> bool:
        """Say whether everybody gets in.

        Raises:
            RegisterUnavailable: nobody knows.
        """
        if self._register is None:
            return True
        if not self._trusting or self._has_keys:
            return False
        if self._clock() >= self._empty_until:
            asked_at = self._clock()
            # For good: the last key may be revoked, and still nobody gets in without one.
            self._has_keys = not await self._register.empty()
            self._empty_until = asked_at + self._fresh_seconds
        return not self._has_keys

    async def is_local(self) -> bool:
        """Say whether everybody on this machine gets in, and so nobody else may.

        It is so as well while nobody knows.
        """
        try:
            return self._local and await self.is_open()
        except RegisterUnavailable:
            return True

    async def caller(self, sent: str | None) -> Caller:
        """Say who sent a key.

        Args:
            sent: The key as it was sent, or None.

        Raises:
            KeyRefused: none was sent, or it is not in use.
            RegisterUnavailable: nobody knows.
        """
        if await self.is_open():
            return Caller()
        read = None if sent is None else parts(sent)
        if read is None:
            raise KeyRefused(sent is not None)
        key_id, secret = read
        found = await self._found(key_id)
        if not matches(found, secret) or found is None or found.key.revoked_at is not None:
            raise KeyRefused(True)
        if self._ledger is not None:
            self._ledger.used(key_id)
        key = found.key
        return Caller(tenant=key.tenant, key=key.key_id, quota=key.quota, metrics=key.metrics)

    async def quota(self, key_id: str | None) -> Quota:
        """Say how much may be asked for with a key; without one there are no bounds.

        Raises:
            KeyRefused: there is no such key, or it is not in use any more.
            RegisterUnavailable: nobody knows.
        """
        if key_id is None or self._register is None:
            return Quota()
        found = await self._found(key_id)
        if found is None or found.key.revoked_at is not None:
            raise KeyRefused(True)
        return found.key.quota

    @asynccontextmanager
    async def beginning(self, key_id: str | None, count: int = 1) -> AsyncGenerator[None, None]:
        """Count sessions, unless what is done within fails: then they did not begin.

        Takes and raises what `begin` does.
        """
        begun = await self.begin(key_id, count)
        try:
            yield
        except BaseException:
            await self._give_back(begun)
            raise

    async def begin(
        self, key_id: str | None, count: int = 1, *, spends: bool = True
    ) -> Begun | None:
        """Count pieces of work.

        Args:
            key_id: On whose account; None counts nothing.
            count: How many pieces: sessions, requests for a verdict or a repair.
            spends: They spend tokens, so there must be some left of this day.

        Raises:
            OverQuota: too many were begun in the last minute, or a day's tokens are spent.
            TooMuchAtOnce: it can never be.
            KeyRefused: as `quota`.
            RegisterUnavailable: it cannot be counted.
        """
        if key_id is None or self._register is None:
            return None
        quota = await self.quota(key_id)
        if not spends:
            quota = replace(quota, tokens_per_day=None)
        return await self._register.begin(key_id, quota, count)

    async def _give_back(self, begun: Begun | None) -> None:
        if begun is None or self._register is None:
            return
        try:
            await self._register.give_back(begun)
        except RegisterUnavailable as problem:
            log.warning("%d stay counted for a minute: %s", begun.count, problem)

    async def _found(self, key_id: str) -> Registered | None:
        """Look a key up; those that are none are looked up each time, and not remembered."""
        assert self._register is not None
        read_at, found = self._remembered.get(key_id, (float("-inf"), None))
        if found is not None and self._clock() < read_at + self._fresh_seconds:
            return found
        asked_at = self._clock()
        found = await self._register.find(key_id)
        if found is not None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key_id] = (asked_at, found)
        return found
