"""What a register of API keys owes: keys, and what was done with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.access.caller import Quota
from app.access.keys import Key, Registered

MINUTE_MICROSECONDS = 60_000_000
DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Pieces of work that were counted, so that they can be given back.

    Attributes:
        key_id: On whose account.
        at: When, in microseconds since 1970.
        count: How many; 0 where nothing had to be counted.
    """

    key_id: str
    at: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Tokens that were spent with a key.

    Attributes:
        key_id: On whose account.
        day: Days since 1970, in UTC.
        tokens: How many.
    """

    key_id: str
    day: int
    tokens: int


class Register(Protocol):
    """Remembers API keys. Every method may raise `RegisterUnavailable`.

    Service and command line have it open at the same time.
    """

    async def add(self, registered: Registered) -> None:
        """Remember a new key. What has returned is durable."""
        ...

    async def find(self, key_id: str) -> Registered | None:
        """Give a key, revoked or not; None where there is none."""
        ...

    async def keys(self) -> tuple[Key, ...]:
        """Give all keys, oldest first, the revoked ones too."""
        ...

    async def revoke(self, key_id: str, at: datetime) -> Key:
        """Have a key refused from now on; one that is stays as it is. Durable as `add`.

        Raises:
            UnknownKey: there is none.
        """
        ...

    async def empty(self) -> bool:
        """Say that no key was ever made. Revoked ones count."""
        ...

    async def secret(self) -> bytes:
        """Give 32 random bytes that are the same each time, and no other register's."""
        ...

    async def begin(self, key_id: str, quota: Quota, count: int) -> Begun:
        """Count pieces of work that begin now, all of them or none.

        Args:
            key_id: On whose account.
            quota: Its bounds in a minute and in a day.
            count: How many pieces, at least 1.

        Raises:
            OverQuota: a bound is reached.
            TooMuchAtOnce: it can never be, as the count is above the bound of a minute.
        """
        ...

    async def give_back(self, begun: Begun) -> None:
        """Count pieces of work no longer, as they did not begin after all."""
        ...

    async def note(self, spent: Sequence[Spending], used: Mapping[str, datetime]) -> None:
        """Add up tokens that were spent, and remember when keys were seen, by their ids."""
        ...

    async def spent(self, key_id: str, day: int) -> int:
        """Say how many tokens were spent with a key on a day; days long past are forgotten."""
        ...
