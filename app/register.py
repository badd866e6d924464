"""Opens the register of API keys that the settings name, and the entrance before it."""

import ipaddress
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from app.access.entrance import Entrance
from app.access.ledger import Ledger
from app.access.redis_register import RedisRegister
from app.access.register import Register
from app.access.sqlite_register import SqliteRegister
from app.settings import Settings


class Unprotected(Exception):
    """The service would be open to whoever reaches an address that others can reach.

    Attributes:
        host: The address.
    """

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host

    def __str__(self) -> str:
        return (
            f"others can reach {self.host}, and no API key was made yet: whoever comes would get "
            "in. Make one with `modulo keys create --tenant NAME`, or set MODULO_TRUST_NETWORK=1 "
            "where nobody but you can reach this address"
        )


@asynccontextmanager
async def open_register(settings: Settings) -> AsyncGenerator[Register, None]:
    """Open the register of these settings, and close it again.

    Raises:
        RegisterUnavailable: it cannot be opened.
    """
    if settings.redis_url is not None:
        async with RedisRegister(str(settings.redis_url)) as shared:
            yield shared
    else:
        async with SqliteRegister(settings.keys) as own:
            yield own


@asynccontextmanager
async def open_access(settings: Settings) -> AsyncGenerator[Entrance, None]:
    """Open the entrance of a service, and the ledger of what its keys spend.

    Raises:
        RegisterUnavailable: the register cannot be opened.
    """
    local = is_loopback(settings.host) and not settings.trust_network
    async with open_register(settings) as register, Ledger(register) as ledger:
        yield Entrance(register, ledger, trusting=local or settings.trust_network, local=local)


async def who_gets_in(settings: Settings) -> str:
    """Say in one line who will get in, before anybody does.

    Raises:
        Unprotected: whoever reaches an address that others can reach.
        RegisterUnavailable: the register cannot be opened.
    """
    async with open_register(settings) as register:
        if not await register.empty():
            return "an API key is needed for every request"
    if settings.trust_network:
        return (
            f"open without API keys to whoever reaches {settings.host}, as MODULO_TRUST_NETWORK "
            "says"
        )
    if not is_loopback(settings.host):
        raise Unprotected(settings.host)
    return (
        "open without API keys to everybody on this machine, and to nobody else; "
        "`modulo keys create` changes that"
    )


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine alone; names but one are not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
