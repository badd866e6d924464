"""Where webhooks may go: what the operator has named, and nothing that only looks like it.

An address is compared as httpx, which calls it, reads it. What servers and proxies are known
to read in different ways is refused, so that no two readings of one address can differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import unquote

import httpx

PORTS = {"https": 443, "http": 80}
# So often an address may have been percent-encoded on top of itself and still be seen through.
MOST_DECODINGS = 5


class AddressRefused(Exception):
    """An address is none that a webhook may have.

    Attributes:
        reason: Why, in words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address taken apart.

    Attributes:
        scheme: `https` or `http`.
        host: As it goes over the wire: ASCII, lower case.
        port: The scheme's own where the address names none.
        path: As it goes over the wire, without dot segments and query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, address: str) -> Self:
        """Take an address apart.

        Raises:
            AddressRefused: it is none, or one that can be read in more ways than one.
        """
        if not address.isascii() or not address.isprintable() or any(c in address for c in "\\ "):
            raise AddressRefused("it holds blanks, backslashes or characters beyond ASCII")
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as problem:
            raise AddressRefused(f"it is no URL: {problem}") from None
        host = url.raw_host.decode("ascii")
        if url.scheme not in PORTS or not host:
            raise AddressRefused("it does not begin with https:// and a host")
        if url.userinfo or "@" in address.partition("?")[0]:
            raise AddressRefused("it names a user")
        if "#" in address:
            raise AddressRefused("it has a fragment")
        if url.scheme == "http" and not _loopback(host):
            raise AddressRefused("http is for this machine alone; use https")
        path = url.raw_path.decode("ascii").partition("?")[0]
        _refuse_detours(path)
        return cls(
            scheme=url.scheme, host=host, port=url.port or PORTS[url.scheme], path=path or "/"
        )

    def within(self, prefix: "Place") -> bool:
        """Say whether this is the place `prefix`, or below it: whole segments are compared."""
        here = (self.scheme, self.host, self.port)
        if here != (prefix.scheme, prefix.host, prefix.port):
            return False
        folder = prefix.path if prefix.path.endswith("/") else f"{prefix.path}/"
        return self.path == prefix.path or self.path.startswith(folder)


class Allowed:
    """The addresses that webhooks may have.

    Args:
        prefixes: What such an address may begin with.

    Raises:
        AddressRefused: a prefix is no address.
    """

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self._prefixes = tuple(prefixes)
        self._places = tuple(map(_prefix, self._prefixes))

    def check(self, address: str) -> None:
        """Refuse what is not allowed.

        Raises:
            AddressRefused: with the reason and what is allowed.
        """
        if not self._places:
            raise AddressRefused("this service sends no webhooks")
        begins = f"a webhook here begins with {' or '.join(self._prefixes)}"
        try:
            place = Place.of(address)
        except AddressRefused as refused:
            raise AddressRefused(f"{refused}; {begins}") from None
        if not any(place.within(prefix) for prefix in self._places):
            raise AddressRefused(begins)


def _prefix(text: str) -> Place:
    try:
        return Place.of(text)
    except AddressRefused as refused:
        raise AddressRefused(f"webhooks cannot begin with {text!r}: {refused}") from None


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_detours(path: str) -> None:
    """Refuse what some server behind the address might take for another path.

    Raises:
        AddressRefused: so it is.
    """
    seen = path
    for _ in range(MOST_DECODINGS):
        decoded = unquote(seen, errors="replace")
        if decoded == seen:
            break
        if decoded.count("/") != path.count("/"):
            raise AddressRefused("its path holds an encoded slash")
        seen = decoded
    else:
        raise AddressRefused("its path is encoded over and over")
    segments = [segment.partition(";")[0] for segment in seen.split("/")]
    if "\\" in seen or not seen.isprintable() or any(part in {".", ".."} for part in segments):
        raise AddressRefused("its path leads elsewhere: it holds dots, a backslash or the like")
